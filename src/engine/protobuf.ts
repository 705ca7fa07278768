/**
 * The binary form of the messages in proto/, read off the generated schema. Reflection by protobufjs itself would
 * cost every start of the command line 15 ms; its readers and writers of the scalars are all that is needed.
 */
import protobuf, { type Reader, type Writer } from "protobufjs/minimal.js";
import proto from "./proto.json" with { type: "json" };

interface FieldFact {
	readonly id: number;
	readonly type: string;
	readonly rule?: string;
}
interface Scalar {
	readonly wire: number;
	write(writer: Writer, value: never): void;
	read(reader: Reader): unknown;
}
interface Field extends Scalar {
	readonly name: string;
	readonly tag: number;
	readonly isRepeated: boolean;
}

/** A message as bytes and as a plain object: repeated fields always as arrays, absent others left out. */
export interface MessageCodec {
	write(writer: Writer, value: object): void;
	/** @throws Error when the bytes are no such message */
	read(reader: Reader, end: number): object;
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const messages = proto.nested.umlnet.nested.v1.nested as Readonly<
	Record<string, { readonly fields?: Readonly<Record<string, FieldFact>> }>
>;
const scalars: Readonly<Record<string, Scalar>> = {
	uint32: { wire: VARINT, write: (w, value) => w.uint32(value), read: (r) => r.uint32() },
	// Milliseconds, which a number holds; a reader that finds the package `long` gives an object of its own.
	uint64: { wire: VARINT, write: (w, value) => w.uint64(value), read: (r) => Number(r.uint64()) },
	bool: { wire: VARINT, write: (w, value) => w.bool(value), read: (r) => r.bool() },
	string: { wire: LENGTH_DELIMITED, write: (w, value) => w.string(value), read: (r) => r.string() },
	bytes: { wire: LENGTH_DELIMITED, write: (w, value) => w.bytes(value), read: (r) => r.bytes() },
};

/** A message inside another: its length, and its fields. */
function nested(name: string): Scalar {
	return {
		wire: LENGTH_DELIMITED,
		write: (w, value) => {
			codecOf(name).write(w.fork(), value);
			w.ldelim();
		},
		read: (r) => {
			const end = r.uint32() + r.pos;
			if (end > r.len) throw new Error(`${name} is cut short`);
			return codecOf(name).read(r, end);
		},
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
				for (const one of isRepeated ? (given as readonly unknown[]) : [given])
					write(writer.uint32(tag), one as never);
			}
		},
		read(reader, end) {
			const value: Record<string, unknown> = {};
			for (const { name } of repeated) value[name] = [];
			while (reader.pos < end) {
				const tag = reader.uint32();
				const field = byTag.get(tag);
				if (field === undefined) reader.skipType(tag & 7);
				else if (field.isRepeated) (value[field.name] as unknown[]).push(field.read(reader));
				else value[field.name] = field.read(reader);
			}
			if (reader.pos !== end) throw new Error(`${name} does not end where it should`);
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

/** The bytes of a message of the schema. */
export function encode(name: string, value: object): Uint8Array {
	const writer = protobuf.Writer.create();
	codecOf(name).write(writer, value);
	return writer.finish();
}

/** @throws Error when the bytes are no such message */
export function decode(name: string, bytes: Uint8Array): object {
	return codecOf(name).read(protobuf.Reader.create(bytes), bytes.length);
}
