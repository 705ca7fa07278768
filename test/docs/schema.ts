import { join } from "node:path";
import protobuf from "protobufjs";
import type { Field, Fields, Format } from "../../src/spec/field.js";
import {
	guestFields,
	limitFields,
	networkFields,
	poolFields,
	tapFields,
} from "../../src/spec/fields.js";
import { choicesOf, type FieldName, fieldsOf, wordsOf } from "../../src/spec/schema.js";

/** A message of the spec's schema, for the manual. */
export interface Section {
	readonly message: string;
	/** The place in a spec: `networks.NAME`. */
	readonly place: string;
	readonly comment: string;
	readonly keys: readonly Key[];
}

export interface Key {
	readonly name: string;
	/** The possible values, in words. */
	readonly value: string;
	/** The comment in the schema. */
	readonly meaning: string;
	/** What applies if the key is missing; undefined if it is required. */
	readonly absent: string | undefined;
	readonly required: boolean;
	/** The flag of `up` with the same meaning. */
	readonly flag: string | undefined;
	readonly planned: boolean;
	/** A line of YAML; empty if the key has a section of its own. */
	readonly example: string;
	readonly words: readonly { readonly word: string; readonly meaning: string }[];
}

type Examples = {
	readonly Network: Readonly<Record<FieldName<"Network">, string>>;
	readonly Pool: Readonly<Record<FieldName<"Pool">, string>>;
	readonly Tap: Readonly<Record<FieldName<"Tap">, string>>;
	readonly Guest: Readonly<Record<FieldName<"Guest">, string>>;
	readonly Limits: Readonly<Record<FieldName<"Limits">, string>>;
};

/** The value of each key in its example. The compiler reports a key without one. */
const EXAMPLES: Examples = {
	Network: {
		mode: "nat",
		bridge: "br0",
		uplink: "eth1",
		addresses: '[192.168.33.33/24, "fd00:33::33/64"]',
		snatTo: '[10.33.33.34, "2001:db8:1::34"]',
		proxyArp: "true",
		mtu: "1400",
		isolation: "true",
		guard: "none",
		forwarding: "global",
		pool: "{ size: 64, low: 16 }",
		ipv6: "routed",
		proxyNeighbours: "true",
		limits: "{ download: 100mbit, upload: 20mbit, connections: 500 }",
		reaches: "[db]",
		egress: '[10.1.0.0/16, "192.0.2.7:443/tcp"]',
		inbound: "open",
		host: "services",
	},
	Pool: { size: "64", low: "16", owner: "500", group: "kvm", vnetHdr: "true" },
	Tap: {
		network: "lab",
		owner: "500",
		group: "kvm",
		mac: '"02:00:00:00:00:01"',
		mtu: "1400",
		txqueuelen: "500",
		multiQueue: "true",
		vnetHdr: "true",
		addresses: "[192.168.34.33/24]",
		guest: '{ addresses: [192.168.33.34/24], mac: "52:54:00:12:34:56" }',
		publish: '["2222:22/tcp"]',
		limits: "{ download: 100mbit }",
		guard: "none",
		egress: "internet",
		host: "closed",
	},
	Guest: { addresses: "[192.168.33.34/24]", mac: '"52:54:00:12:34:56"' },
	Limits: { download: "100mbit", upload: "20mbit", connections: "500" },
};

const TABLES: Readonly<Record<keyof Examples, Fields>> = {
	Network: networkFields,
	Pool: poolFields,
	Tap: tapFields,
	Guest: guestFields,
	Limits: limitFields,
};

/** Every message that can occur in a spec, below its two maps. */
export function sections(): readonly Section[] {
	const schema = parsed();
	const places = { Network: "networks.NAME", Pool: "networks.NAME.pool", Tap: "taps.NAME" };
	return Object.entries({ ...places, Guest: "taps.NAME.guest" }).map(([message, place]) => ({
		message,
		place,
		comment: commentOf(schema.lookupType(message)),
		keys: keysOf(schema, message as keyof Examples),
	}));
}

/** The keys at the top of a spec. */
export function fileKeys(): readonly { readonly name: string; readonly meaning: string }[] {
	const { fieldsArray } = parsed().lookupType("Spec");
	return fieldsArray.map((field) => ({ name: field.name, meaning: commentOf(field) }));
}

function parsed(): protobuf.Root {
	const root = new protobuf.Root();
	const proto = join(import.meta.dirname, "../../proto/umlnet/v1/spec.proto");
	root.loadSync(proto, { alternateCommentMode: true }).resolveAll();
	return root;
}

function keysOf(schema: protobuf.Root, message: keyof Examples): readonly Key[] {
	const examples: Readonly<Record<string, string>> = EXAMPLES[message];
	const fields = TABLES[message];
	return schema.lookupType(message).fieldsArray.map((field) => {
		const { name } = field;
		const line: Field | undefined = fields[name];
		const comment = commentOf(field);
		const required = / Required\.$/.test(comment) || line?.[0].needed !== undefined;
		const [, meaning = "", absent] = /^(.*?)(?: Absent: (.*)\.)?$/.exec(comment) ?? [];
		return {
			name,
			value: valueText(message, name, line?.[0]),
			meaning: meaning.replace(/ Required\.$/, ""),
			absent: required ? undefined : (absent ?? usual(line?.[0])),
			required,
			flag: line?.[1],
			planned: line?.[0].planned === true,
			example: `${name}: ${examples[name]}`,
			words: wordsWith(schema, field.type),
		};
	});
}

function usual(format: Format | undefined): string {
	if (format?.is === "toggle") return "false";
	return format?.otherwise === undefined || Array.isArray(format.otherwise)
		? "none"
		: String(format.otherwise);
}

const VALUES: Readonly<Record<Format["is"], string>> = {
	user: "the name of a user, or a number",
	group: "the name of a group, or a number",
	number: "a whole number",
	toggle: "true or false",
	text: "text",
	word: "a word",
	link: "the name of an interface",
	mac: "a MAC address",
	addresses: "a list of addresses, or a single one without brackets",
	hosts: "a list of addresses with prefix length, IPv4 or IPv6",
	ports: "a list of ports",
	rate: "a rate as tc(8) writes it, such as 100mbit or 12mbps",
	limits: "a map",
	egress: "a list of addresses and ports, or a single one or a word without brackets",
	names: "a list of names",
};

function valueText(message: string, name: string, format: Format | undefined): string {
	if (format === undefined) {
		const type = fieldsOf(message).get(name)?.type ?? "";
		return choicesOf(type) === undefined ? `a map, see ${type.toLowerCase()}` : "a value";
	}
	if (format.words !== undefined) return `one of ${format.words.join(", ")}`;
	if (format.is !== "number") return VALUES[format.is];
	const { least = 0, most } = format;
	return most === undefined
		? `${VALUES.number}, ${least} or more`
		: `${VALUES.number}, ${least} to ${most}`;
}

function wordsWith(schema: protobuf.Root, type: string): Key["words"] {
	const words = wordsOf(type) ?? [];
	if (words.length === 0) return [];
	const { comments } = schema.lookupEnum(type);
	const said = Object.entries(comments).filter(([name]) => !name.endsWith("_UNSPECIFIED"));
	return words.map((word, i) => ({ word, meaning: oneLine(said[i]?.[1] ?? "") }));
}

/** The comment above a message or field of the schema. Every one must have a comment. */
function commentOf(of: protobuf.ReflectionObject): string {
	if (of.comment === null) throw new Error(`${of.fullName} has no comment in the schema`);
	return oneLine(of.comment);
}

const oneLine = (text: string | null): string => (text ?? "").replaceAll("\n", " ");
