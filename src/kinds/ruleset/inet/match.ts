import type { StatementJson } from "../../../nftables/index.js";

type Match = Extract<StatementJson, { readonly match: unknown }>;

const meta = (key: string) => ({ meta: { key } }) as const;
const payload = (protocol: string, field: string) => ({ payload: { protocol, field } }) as const;

const PARTS = {
	iifname: meta("iifname"),
	oifname: meta("oifname"),
	iifgroup: meta("iifgroup"),
	oifgroup: meta("oifgroup"),
	l4proto: meta("l4proto"),
	"ip saddr": payload("ip", "saddr"),
	"ip daddr": payload("ip", "daddr"),
	"ip6 saddr": payload("ip6", "saddr"),
	"ip6 daddr": payload("ip6", "daddr"),
	"th dport": payload("th", "dport"),
} as const;
type Part = keyof typeof PARTS;

/** `iifname . ip saddr @guests4`: whether a set contains the concatenation of these parts of a packet. */
export function isIn(parts: Part | readonly Part[], set: { readonly name: string }): Match {
	const all = [parts].flat().map((part) => PARTS[part as Part]);
	const left = all.length === 1 ? all[0] : { concat: all };
	return { match: { op: "==", left, right: `@${set.name}` } } as Match;
}

/** `ct state established,related`: the packet belongs to a connection that was accepted before. */
export const isAnswer: Match = {
	match: { op: "in", left: { ct: { key: "state" } }, right: ["established", "related"] },
} as Match;

/** `ct status dnat`: the connection was opened to a published port. */
export const isPublished: Match = {
	match: { op: "in", left: { ct: { key: "status" } }, right: "dnat" },
} as Match;
