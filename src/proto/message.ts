/**
 * The messages of the service as plain objects, in the way in which specs are written: field names in lowerCamelCase,
 * enum values as words, a message that is nothing but one oneof or one list as the bare value.
 */
import { once } from "../netlink/codec.js";
import service from "./service.json" with { type: "json" };
import { I64, LENGTH_DELIMITED, VARINT, WireReader, WireWriter } from "./wire.js";

interface FieldFact {
	readonly id: number;
	readonly type: string;
	readonly rule?: string;
	readonly keyType?: string;
	readonly options?: { readonly proto3_optional?: boolean };
}
interface Declaration {
	readonly fields?: Readonly<Record<string, FieldFact>>;
	readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
	readonly values?: Readonly<Record<string, number>>;
}
const declarations = service.nested.umlnet.nested.v1.nested as Readonly<
	Record<string, Declaration>
>;

/** The FileDescriptorSet of the service (google/protobuf/descriptor.proto). */
export const descriptorSet = (): Uint8Array => Buffer.from(service.descriptor, "base64");

/** The methods of the service: its messages by the name of the method. */
export const methods = service.nested.umlnet.nested.v1.nested.HostService.methods;
export type Method = keyof typeof methods;

/** How the values of one type are written and read. */
interface Type {
	readonly wire: number;
	/** What an absent field of it is; undefined where that is nothing at all. */
	readonly zero?: unknown;
	fits(value: unknown): boolean;
	write(w: WireWriter, value: unknown): void;
	read(r: WireReader): unknown;
}

const isWhole = (most: number) => (value: unknown) =>
	Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
const whole = (most: number): Type => ({
	wire: VARINT,
	zero: 0,
	fits: isWhole(most),
	write: (w, value) => w.varint(value as number),
	read: (r) => r.varint() % (most + 1),
});
const scalars: Readonly<Record<string, Type>> = {
	uint32: whole(0xffff_ffff),
	uint64: whole(Number.MAX_SAFE_INTEGER),
	bool: {
		wire: VARINT,
		zero: false,
		fits: (value) => typeof value === "boolean",
		write: (w, value) => w.varint(value ? 1 : 0),
		read: (r) => r.varint() !== 0,
	},
	string: {
		wire: LENGTH_DELIMITED,
		zero: "",
		fits: (value) => typeof value === "string",
		write: (w, value) => w.string(value as string),
		read: (r) => r.string(),
	},
	double: {
		wire: I64,
		zero: 0,
		fits: (value) => typeof value === "number",
		write: (w, value) => w.double(value as number),
		read: (r) => r.double(),
	},
};

/** The words of an enum: those of its values without the prefix that all have. What is 0 is for "not said". */
function enumType(name: string, values: Readonly<Record<string, number>>): Type {
	const prefix = `${name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()}_`;
	const words = Object.entries(values).map(
		([key, number]) =>
			[key.slice(prefix.length).toLowerCase().replaceAll("_", "-"), number] as const,
	);
	const numbers = new Map(words);
	const names = new Map(words.map(([word, number]) => [number, word]));
	return {
		wire: VARINT,
		fits: (value) => numbers.has(value as string) && numbers.get(value as string) !== 0,
		write: (w, value) => w.varint(numbers.get(value as string) as number),
		// A word of a newer version is none of ours: whoever reads the spec says what there is instead.
		read: (r) => {
			const number = r.varint();
			return number === 0 ? undefined : (names.get(number) ?? String(number));
		},
	};
}

interface Field {
	readonly name: string;
	readonly tag: number;
	readonly type: Type;
	readonly isRepeated: boolean;
	readonly isMap: boolean;
	/** What it is where it is absent; undefined: it is left out. */
	readonly absent: () => unknown;
}

/** Where an absent field says something: the default is the spec's own to find. */
const SPEC = new Set(["Spec"]);
for (const name of SPEC)
	for (const { type } of Object.values(declarations[name]?.fields ?? {}))
		if (declarations[type]?.fields !== undefined) SPEC.add(type);

const fieldsOf = (name: string): readonly Field[] =>
	Object.entries(declarations[name]?.fields ?? {}).map(([field, fact]) =>
		fieldOf(name, field, fact),
	);

function fieldOf(message: string, name: string, fact: FieldFact): Field {
	const isMap = fact.keyType !== undefined;
	const isRepeated = fact.rule === "repeated";
	const type = isMap ? entryType(fact.type) : typeOf(fact.type);
	const isInSpec = SPEC.has(message);
	const absent = (): unknown => {
		if (isInSpec || isChoice(message) || fact.options?.proto3_optional) return undefined;
		if (isRepeated) return [];
		if (isMap) return undefined;
		return isChoice(fact.type) ? null : type.zero;
	};
	return { name, tag: (fact.id << 3) | type.wire, type, isRepeated, isMap, absent };
}

function typeOf(name: string): Type {
	const scalar = scalars[name];
	if (scalar !== undefined) return scalar;
	const { values } = declarations[name] ?? {};
	return values === undefined ? messageType(name) : enumType(name, values);
}

/** An entry of a map with texts for keys is a message of two fields. */
function entryType(value: string): Type {
	const of = once(() => typeOf(value));
	return {
		wire: LENGTH_DELIMITED,
		fits: () => true,
		write(w, entry) {
			const [key, one] = entry as [string, unknown];
			const at = w.begin();
			w.textField((1 << 3) | LENGTH_DELIMITED, key);
			writeField(w, (2 << 3) | of().wire, of(), one, key);
			w.end(at);
		},
		read(r) {
			const end = r.end();
			let entry: [string, unknown] = ["", of().zero ?? {}];
			while (r.position < end) {
				const tag = r.varint();
				if (tag >> 3 === 1) entry = [r.string(), entry[1]];
				else if (tag === ((2 << 3) | of().wire)) entry = [entry[0], of().read(r)];
				else r.skip(tag & 7);
			}
			return entry;
		},
	};
}

const isChoice = (name: string): boolean => {
	const { fields = {}, oneofs = {} } = declarations[name] ?? {};
	const [only, ...others] = Object.values(oneofs);
	return (
		others.length === 0 &&
		only !== undefined &&
		only.oneof.length > 1 &&
		only.oneof.length === Object.keys(fields).length
	);
};
const isList = (name: string): boolean => {
	const [only, ...others] = Object.values(declarations[name]?.fields ?? {});
	return others.length === 0 && only?.rule === "repeated";
};

function messageType(name: string): Type {
	const fields = once(() => fieldsOf(name));
	const byTag = once(() => new Map(fields().map((field) => [field.tag, field])));
	const unwrap = isChoice(name) || isList(name);
	return {
		wire: LENGTH_DELIMITED,
		fits: (value) => (unwrap ? value !== null : typeof value === "object" && !Array.isArray(value)),
		write(w, value) {
			const at = w.begin();
			writeFields(
				w,
				fields(),
				isList(name)
					? { [fields()[0]?.name ?? ""]: value }
					: isChoice(name)
						? chosen(fields(), value)
						: (value as object),
			);
			w.end(at);
		},
		read(r) {
			const read = readFields(r, r.end(), name, fields(), byTag());
			return unwrap ? Object.values(read).find((one) => one !== undefined) : read;
		},
	};
}

const chosen = (fields: readonly Field[], value: unknown): object => {
	const field = fields.find(({ type }) => type.fits(value));
	return field === undefined ? {} : { [field.name]: value, [CHOSEN]: true };
};
/** Of the fields of a oneof one is written though it is 0. */
const CHOSEN = Symbol("chosen");

function writeFields(w: WireWriter, fields: readonly Field[], value: object): void {
	const given = value as Readonly<Record<PropertyKey, unknown>>;
	for (const { name, tag, type, isRepeated, isMap, absent } of fields) {
		const one = given[name];
		if (one === undefined || one === null) continue;
		if (isMap) for (const entry of Object.entries(one)) writeField(w, tag, type, entry, name);
		else if (isRepeated)
			for (const each of Array.isArray(one) ? one : [one]) writeField(w, tag, type, each, name);
		else if (given[CHOSEN] === true || one !== absent()) writeField(w, tag, type, one, name);
	}
}

/** @throws TypeError naming the field */
function writeField(w: WireWriter, tag: number, type: Type, value: unknown, name: string): void {
	if (!type.fits(value)) throw new TypeError(`${name} cannot be ${JSON.stringify(value)}`);
	w.varint(tag);
	type.write(w, value);
}

function readFields(
	r: WireReader,
	end: number,
	message: string,
	fields: readonly Field[],
	byTag: ReadonlyMap<number, Field>,
): Record<string, unknown> {
	const read = new Map<string, unknown>();
	const maps = new Map<string, unknown>();
	while (r.position < end) {
		const tag = r.varint();
		const field = byTag.get(tag);
		if (field === undefined) r.skip(tag % 8);
		else if (field.isMap) listIn(maps, field.name).push(field.type.read(r));
		else if (field.isRepeated) listIn(read, field.name).push(field.type.read(r));
		else read.set(field.name, field.type.read(r));
	}
	if (r.position !== end) throw new Error(`${message} does not end where it should`);
	for (const name of maps.keys())
		read.set(name, Object.fromEntries(listIn(maps, name) as [string, unknown][]));
	return Object.fromEntries(
		fields.flatMap(({ name, absent }) => {
			const value = read.has(name) ? read.get(name) : absent();
			return value === undefined ? [] : [[name, value]];
		}),
	);
}

function listIn(read: Map<string, unknown>, name: string): unknown[] {
	const list = (read.get(name) ?? []) as unknown[];
	read.set(name, list);
	return list;
}

const messages = new Map<string, { fields: readonly Field[]; byTag: ReadonlyMap<number, Field> }>();
function messageOf(name: string) {
	let known = messages.get(name);
	if (known === undefined) {
		const fields = fieldsOf(name);
		known = { fields, byTag: new Map(fields.map((field) => [field.tag, field])) };
		messages.set(name, known);
	}
	return known;
}

/** The bytes of a message. @throws TypeError for a value that no field of it can have */
export function encodeMessage(name: string, value: object): Uint8Array {
	const w = new WireWriter();
	writeFields(w, messageOf(name).fields, value);
	return w.written;
}

/** @throws Error if the bytes are not such a message */
export function decodeMessage(name: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
	const { fields, byTag } = messageOf(name);
	return readFields(new WireReader(bytes), bytes.length, name, fields, byTag);
}
