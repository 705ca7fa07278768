/**
 * The binary form of the messages in proto/, read off the generated schema. Reflection by protobufjs would cost every
 * start of the command line 15 ms, its readers and writers alone 2.
 */
import { once } from "../netlink/codec.js";
import proto from "./proto.json" with { type: "json" };
import { LENGTH_DELIMITED, VARINT, WireReader, WireWriter } from "./wire.js";

interface FieldFact {
	readonly id: number;
	readonly type: string;
	readonly rule?: string;
}
interface Scalar {
	readonly wire: number;
	write(writer: WireWriter, value: never): void;
	read(reader: WireReader): unknown;
}
interface Field extends Scalar {
	readonly name: string;
	readonly tag: number;
	readonly isRepeated: boolean;
}

/** A message as bytes and as a plain object: repeated fields always as arrays, absent others left out. */
export interface MessageCodec {
	write(writer: WireWriter, value: object): void;
	/** @throws Error when the bytes are no such message */
	read(reader: WireReader, end: number): object;
}

const messages = proto.nested.umlnet.nested.v1.nested as Readonly<
	Record<string, { readonly fields?: Readonly<Record<string, FieldFact>> }>
>;
const scalars: Readonly<Record<string, Scalar>> = {
	uint32: {
		wire: VARINT,
		write: (w, value) => w.varint(value >>> 0),
		read: (r) => r.varint() >>> 0,
	},
	uint64: { wire: VARINT, write: (w, value) => w.varint(value), read: (r) => r.varint() },
	bool: {
		wire: VARINT,
		write: (w, value) => w.varint(Number(value)),
		read: (r) => r.varint() !== 0,
	},
	string: { wire: LENGTH_DELIMITED, write: (w, value) => w.string(value), read: (r) => r.string() },
	bytes: { wire: LENGTH_DELIMITED, write: (w, value) => w.bytes(value), read: (r) => r.bytes() },
};

/** A message inside another: its length, and its fields. */
function nested(name: string): Scalar {
	const codec = once(() => codecOf(name));
	return {
		wire: LENGTH_DELIMITED,
		write(w, value) {
			const at = w.begin();
			codec().write(w, value);
			w.end(at);
		},
		read: (r) => codec().read(r, r.end()),
	};
}

function compile(name: string): MessageCodec {
	const facts = Object.entries(messages[name]?.fields ?? {});
	const fields = facts.map(([field, { id, type, rule }]): Field => {
		const scalar = scalars[type] ?? nested(type);
		return {
			...scalar,
			name: field,
			tag: (id << 3) | scalar.wire,
			isRepeated: rule === "repeated",
		};
	});
	const byTag = new Map(fields.map((field) => [field.tag >>> 0, field]));
	const repeated = fields.filter(({ isRepeated }) => isRepeated);
	return {
		write(writer, value) {
			for (const { name, tag, isRepeated, write } of fields) {
				const given = (value as Readonly<Record<string, unknown>>)[name];
				if (given === undefined || given === null) continue;
				if (isRepeated)
					for (const one of given as readonly unknown[]) {
						writer.varint(tag);
						write(writer, one as never);
					}
				else {
					writer.varint(tag);
					write(writer, given as never);
				}
			}
		},
		read(reader, end) {
			const value: Record<string, unknown> = {};
			for (const { name } of repeated) value[name] = [];
			while (reader.position < end) {
				const tag = reader.varint();
				const field = byTag.get(tag);
				if (field === undefined) reader.skip(tag & 7);
				else if (field.isRepeated) (value[field.name] as unknown[]).push(field.read(reader));
				else value[field.name] = field.read(reader);
			}
			if (reader.position !== end) throw new Error(`${name} does not end where it should`);
			return value;
		},
	};
}

const codecs = new Map<string, MessageCodec>();
function codecOf(name: string): MessageCodec {
	let codec = codecs.get(name);
	if (codec === undefined) {
		codec = compile(name);
		codecs.set(name, codec);
	}
	return codec;
}

const writer = new WireWriter();

/** The bytes of a message of the schema, until the next is encoded. */
export function encode(name: string, value: object): Uint8Array {
	writer.reset();
	codecOf(name).write(writer, value);
	return writer.written;
}

/** @throws Error when the bytes are no such message */
export function decode(name: string, bytes: Uint8Array): object {
	return codecOf(name).read(new WireReader(bytes), bytes.length);
}
