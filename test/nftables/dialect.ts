import type { Document } from "../../src/nftables/index.js";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Fields = Record<string, Json>;

const isObject = (json: Json | undefined): json is Fields =>
	typeof json === "object" && json !== null && !Array.isArray(json);
const inOrder = (items: readonly Json[]): Json[] =>
	items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** The names of ICMP codes that nft 1.0.6 also uses for codes of ICMPv6. */
const codes: Readonly<Record<string, number>> = { "no-route": 0, "admin-prohibited": 1 };

/** The type of an expression, with which 1.0.6 declares a set. */
const typeOfKey: Readonly<Record<string, string>> = {
	iif: "iface_index",
	saddr: "ipv4_addr",
	daddr: "ipv4_addr",
	dport: "inet_service",
	l4proto: "inet_proto",
	skuid: "uid",
};
function typeName(expression: Json): Json {
	if (!isObject(expression)) return expression;
	if (Array.isArray(expression.concat)) return expression.concat.map(typeName);
	const { meta, payload } = expression;
	const name = isObject(meta) ? meta.key : isObject(payload) ? payload.field : undefined;
	return typeOfKey[`${name}`] ?? expression;
}

/** "Not between two hours" is the same as the range from the later one to the earlier one of the next day. */
function hours({ match }: Fields): Fields | undefined {
	if (!isObject(match) || !JSON.stringify(match.left).includes('"hour"')) return undefined;
	const { op, right, left } = match;
	if (op !== "!=" || !isObject(right) || !Array.isArray(right.range)) return undefined;
	return { match: { op: "in", left: left ?? null, right: { range: right.range.toReversed() } } };
}

function member(key: string, json: Json, of: Fields): [string, Json][] {
	switch (key) {
		// These change with time, or 1.0.6 does not list them; another test compares what the text says of them.
		case "expires":
		case "handle":
		case "auto-merge":
			return [];
		case "dev":
			return of.family === "netdev" ? [] : [[key, json]];
		// 1.0.6 does not list the comment of a table either.
		case "comment":
			return "table" in of || "val" in of ? [[key, json]] : [];
		case "flags":
		case "type_flags": {
			const flags = (Array.isArray(json) ? json : [json]).filter((flag) => flag !== "dynamic");
			return flags.length === 0 ? [] : [[key, flags.map(normal)]];
		}
		case "elem":
		case "set":
			return [[key, Array.isArray(json) ? inOrder(json.map(normal)) : normal(json)]];
		case "type":
			return [[key, isObject(json) ? typeName(json.typeof ?? null) : json]];
		case "map":
			return [
				[key, typeof json === "string" && json.includes(" . ") ? json.split(" . ") : normal(json)],
			];
		default:
			return [[key, normal(json)]];
	}
}

function normal(json: Json): Json {
	if (typeof json === "string") return json;
	if (Array.isArray(json)) return json.map(normal);
	if (!isObject(json)) return json;
	const flags = json["|"];
	if (Array.isArray(flags) && flags.every((flag) => typeof flag === "string")) return flags;
	if (Array.isArray(json.concat) && json.concat.length === 2 && `${json.concat[1]}` in codes)
		return { concat: [json.concat[0] as Json, codes[`${json.concat[1]}`] ?? null] };
	const straight = hours(json) ?? json;
	return Object.fromEntries(
		Object.entries(straight)
			.toSorted(([a], [b]) => (a < b ? -1 : 1))
			.flatMap(([key, value]) => member(key, value, straight)),
	);
}

/**
 * Reduces a listing to what nft 1.0.6 and nft 1.1 have in common: the rules of each chain in order, everything else
 * sorted.
 */
export function dialect({ nftables }: Document): {
	readonly rules: Json[];
	readonly others: Json[];
} {
	const listed = nftables as unknown as readonly Fields[];
	const all = listed.filter((one) => !("metainfo" in one));
	return {
		rules: all.filter((one) => "rule" in one).map(normal),
		others: inOrder(all.filter((one) => !("rule" in one)).map(normal)),
	};
}
