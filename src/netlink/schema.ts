/**
 * The language in which `uapi/` states its facts. One table gives the TypeScript types, the encoder, the decoder, the
 * name of an attribute that the kernel refused, and what `plan -v` prints. Each of these is compiled when it is first
 * used.
 */
export {
	type AttrSet,
	type AttrsIn,
	type AttrsOut,
	asymmetric,
	attrs,
	indexed,
	lazy,
	list,
	many,
	variant,
} from "./attributes.js";
export { NLA_ALIGNTO, NLA_F_NESTED, NLA_F_NET_BYTEORDER, NLA_HDRLEN } from "./bytes.js";
export type {
	AnyCodec,
	Codec,
	In,
	Out,
	Parts,
	RawAttr,
} from "./codec.js";
export {
	type AnyMessage,
	headed,
	locate,
	type Message,
	message,
	records,
	struct,
} from "./message.js";
export {
	arrayOf,
	be16,
	be32,
	be64,
	binary,
	chars,
	flag,
	nulString,
	pad,
	s8,
	s16,
	s32,
	s64,
	sbe32,
	string,
	u8,
	u16,
	u32,
	u64,
} from "./scalars.js";
export { select } from "./select.js";
