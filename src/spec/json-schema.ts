/**
 * The JSON Schema of a spec (draft 2020-12), made from proto/ and fields.ts, for editors and for programs that write
 * specs. What concerns several values, such as two taps with the same address, is left to `checkSpec`.
 */
import comments from "../proto/comments.json" with { type: "json" };
import type { Field, Format } from "./field.js";
import { FIELDS } from "./fields.js";
import { PUBLISH_FORM } from "./publish.js";
import { RATE_FORM } from "./rate.js";
import { choicesOf, fieldsOf, type SchemaField, wordsOf } from "./schema.js";

/** A JSON Schema, or a part of one. */
export interface JsonSchema {
	readonly [keyword: string]: unknown;
}

interface Comment {
	readonly comment?: string;
	readonly members?: Readonly<Record<string, string>>;
}
const COMMENTS: Readonly<Record<string, Comment>> = comments;

/** The patterns for keys of maps (names.ts). */
const NAMES: Readonly<Record<string, string>> = {
	Network: "^[a-z0-9][a-z0-9-]{0,31}$",
	Tap: "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$",
};

const MAX_UINT32 = 0xffff_ffff;

/** What JSON Schema can say about a format in addition to the type. */
const PATTERNS: { readonly [Is in Format["is"]]?: JsonSchema } = {
	link: { pattern: NAMES.Tap },
	mac: { pattern: "^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$" },
	addresses: { maxItems: 2 },
	hosts: { maxItems: 64 },
	rate: { pattern: RATE_FORM },
	egress: { minItems: 1 },
	ports: { items: { type: "string", pattern: PUBLISH_FORM } },
};

const SCALARS: Readonly<Record<string, JsonSchema>> = {
	string: { type: "string" },
	bool: { type: "boolean" },
	uint32: { type: "integer", minimum: 0, maximum: MAX_UINT32 },
};

function ofType(type: string): JsonSchema {
	const choices = choicesOf(type);
	const words = wordsOf(type);
	if (choices !== undefined) return { anyOf: choices.map((choice) => SCALARS[choice]) };
	if (words !== undefined) return { $ref: `#/$defs/${type}` };
	return SCALARS[type] ?? { $ref: `#/$defs/${type}` };
}

function ofField(field: SchemaField, line: Field | undefined): JsonSchema {
	const one = ofType(field.type);
	const [format] = line ?? [];
	const told = format === undefined ? {} : { ...PATTERNS[format.is], ...bounds(format) };
	if (field.keyType !== undefined)
		return {
			type: "object",
			propertyNames: { pattern: NAMES[field.type] },
			additionalProperties: one,
		};
	if (field.rule === "repeated") {
		const list = { type: "array", items: one, ...told };
		return format?.bare ? { anyOf: [one, list] } : list;
	}
	return "$ref" in one && Object.keys(told).length === 0 ? one : { ...one, ...told };
}

function bounds({ is, least, most, otherwise }: Format): JsonSchema {
	return {
		...(is === "number" && least !== undefined && { minimum: least }),
		...(is === "number" && most !== undefined && { maximum: most }),
		...(otherwise !== undefined && { default: otherwise }),
	};
}

function ofMessage(name: string): JsonSchema {
	const table = FIELDS[name] ?? {};
	const { comment, members = {} } = COMMENTS[name] ?? {};
	const fields = [...fieldsOf(name)];
	const required = fields.flatMap(([key]) => (table[key]?.[0].needed === undefined ? [] : [key]));
	const properties = fields.map(([key, field]) => {
		const description = members[key];
		return [key, { ...(description && { description }), ...ofField(field, table[key]) }] as const;
	});
	return {
		...(comment && { description: comment }),
		type: "object",
		additionalProperties: false,
		...(required.length > 0 && { required }),
		properties: Object.fromEntries(properties),
	};
}

/** The words of an enum, each with its description. */
function ofEnum(name: string): JsonSchema {
	const { comment, members = {} } = COMMENTS[name] ?? {};
	const told = new Map(
		Object.entries(members).map(([member, text]) => [wordOf(name, member), text]),
	);
	const oneOf = (wordsOf(name) ?? []).map((word) => {
		const description = told.get(word);
		return { const: word, ...(description && { description }) };
	});
	return { ...(comment && { description: comment }), oneOf };
}

/** `host-only` of MODE_HOST_ONLY. */
const wordOf = (name: string, member: string): string =>
	member
		.slice(name.length + 1)
		.toLowerCase()
		.replaceAll("_", "-");

/** The JSON Schema of spec files. */
export function specSchema(): JsonSchema {
	const spec = ofMessage("Spec");
	const properties = spec.properties as Readonly<Record<string, JsonSchema>>;
	return {
		$schema: "https://json-schema.org/draft/2020-12/schema",
		title: "umlnet-nl spec",
		...spec,
		required: ["version"],
		properties: {
			...properties,
			version: { description: "The version of this schema.", const: 1 },
		},
		$defs: {
			...Object.fromEntries(Object.keys(FIELDS).map((name) => [name, ofMessage(name)])),
			...Object.fromEntries(
				["Mode", "Forwarding", "Ipv6", "Guard", "Inbound", "HostAccess"].map((name) => [
					name,
					ofEnum(name),
				]),
			),
		},
	};
}
