/**
 * Decodes the messages in proto/ with the generated schema. protobufjs is not used, because loading it takes longer
 * than most commands do.
 */
import { once } from "../netlink/codec.js";
import proto from "./proto.json" with { type: "json" };
import { LENGTH_DELIMITED, VARINT, WireReader } from "./wire.js";

interface FieldFact {
	readonly id: number;
	readonly type: string;
	readonly rule?: string;
}
interface Scalar {
	readonly wire: number;
	read(reader: WireReader): unknown;
}
interface Field {
	readonly name: string;
	readonly isRepeated: boolean;
	read(reader: WireReader): unknown;
}

/**
 * Reads a message as a plain object. Repeated fields are always arrays; other fields that are absent are left out.
 * Throws Error.
 */
type Read = (reader: WireReader, end: number) => object;

const messages = proto.nested.umlnet.nested.v1.nested as Readonly<
	Record<string, { readonly fields?: Readonly<Record<string, FieldFact>> }>
>;
const scalars: Readonly<Record<string, Scalar>> = {
	uint32: { wire: VARINT, read: (r) => r.varint() >>> 0 },
	uint64: { wire: VARINT, read: (r) => r.varint() },
	bool: { wire: VARINT, read: (r) => r.varint() !== 0 },
	string: { wire: LENGTH_DELIMITED, read: (r) => r.string() },
	bytes: { wire: LENGTH_DELIMITED, read: (r) => r.bytes() },
};

const fieldsOf = (name: string): [string, FieldFact][] =>
	Object.entries(messages[name]?.fields ?? {});

/** The tag of a field: its number and its wire type. */
const tagOf = ({ id, type }: FieldFact): number =>
	(id << 3) | (scalars[type]?.wire ?? LENGTH_DELIMITED);

/** The tags of some fields of a message. @throws Error for a field that the schema does not have */
export function tagsOf<F extends string>(
	name: string,
	...fields: F[]
): Readonly<Record<F, number>> {
	const facts = new Map(fieldsOf(name));
	const tags = fields.map((field) => {
		const fact = facts.get(field);
		if (fact === undefined) throw new Error(`${name} has no ${field}`);
		return [field, tagOf(fact)];
	});
	return Object.fromEntries(tags);
}

/** A message inside another one: its length, then its fields. */
function nested(name: string): Field["read"] {
	const read = once(() => readerOf(name));
	return (r) => read()(r, r.end());
}

function compile(name: string): Read {
	const byTag = new Map(
		fieldsOf(name).map(([field, fact]): [number, Field] => {
			const read = scalars[fact.type]?.read ?? nested(fact.type);
			return [tagOf(fact), { name: field, isRepeated: fact.rule === "repeated", read }];
		}),
	);
	const repeated = [...byTag.values()].filter(({ isRepeated }) => isRepeated);
	return (reader, end) => {
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
	};
}

const readers = new Map<string, Read>();
function readerOf(name: string): Read {
	let read = readers.get(name);
	if (read === undefined) {
		read = compile(name);
		readers.set(name, read);
	}
	return read;
}

/** @throws Error if the bytes are not such a message */
export function decode(name: string, bytes: Uint8Array): object {
	return readerOf(name)(new WireReader(bytes), bytes.length);
}
