import type { Expression } from "../json/expression.js";
import type { StatementJson } from "../json/statement.js";
import { expressionText } from "./expression.js";

type Body = Readonly<Record<string, unknown>>;
const text = (value: unknown): string => expressionText(value as Expression);
const optional = (value: unknown, write: (value: unknown) => string): string =>
	value === undefined ? "" : write(value);

/** nft writes marks as hexadecimal numbers. */
const isMark = (left: unknown): boolean => {
	const { meta, ct } = left as {
		readonly meta?: { readonly key?: string };
		readonly ct?: { readonly key?: string };
	};
	return meta?.key === "mark" || ct?.key === "mark";
};
const markText = (mark: number): string => `0x${mark.toString(16).padStart(8, "0")}`;

/** nft quotes the names of interfaces after these words. */
const NAMED = /(?:if|br)name$/;
function operand(left: unknown, right: unknown): string {
	if (typeof right === "string" && right.startsWith("@")) return right;
	const key = (left as { readonly meta?: { readonly key?: string } }).meta?.key;
	if (
		typeof right === "string" &&
		key !== undefined &&
		(NAMED.test(key) || key === "iif" || key === "oif")
	)
		return JSON.stringify(right);
	if (typeof right === "number" && isMark(left)) return markText(right);
	// A comparison with true or false asks whether something exists.
	if (typeof right === "boolean") return right ? "exists" : "missing";
	return text(right);
}

function match({ op, left, right }: Body): string {
	const sign = op === "==" || op === "in" ? "" : `${op} `;
	return `${text(left)} ${sign}${operand(left, right)}`;
}

function named(body: unknown, kind: string): string | undefined {
	if (typeof body === "string") return `${kind} name ${JSON.stringify(body)}`;
	if (typeof body === "object" && body !== null && "map" in body)
		return `${kind} name ${text(body)}`;
	return undefined;
}

function rate({ rate: amount, per, inv, rate_unit, burst, burst_unit }: Body): string {
	const unit = rate_unit === undefined || rate_unit === "packets" ? "" : ` ${rate_unit}`;
	const over = inv === true ? "over " : "";
	const extra = burst === undefined ? "" : ` burst ${burst} ${burst_unit ?? "packets"}`;
	return `limit rate ${over}${amount}${unit}/${per}${extra}`;
}

function nat(kind: string, body: Body): string {
	const { family, addr, port, flags } = body;
	const address = addr === undefined ? "" : text(addr);
	const bracketed = port !== undefined && address.includes(":") ? `[${address}]` : address;
	const to = addr === undefined && port === undefined ? "" : " to ";
	return `${kind}${optional(family, (one) => ` ${one}`)}${to}${bracketed}${optional(port, (one) => `:${text(one)}`)}${optional(flags, (one) => ` ${[one].flat().join(",")}`)}`;
}

const counted = ({ packets, bytes }: Body): string =>
	packets === undefined ? "counter" : `counter packets ${packets} bytes ${bytes}`;

/** How statements are written, by their only member in JSON. All others are written as expressions or as JSON. */
const WRITE: Readonly<Record<string, (body: Body) => string>> = {
	match,
	vmap: ({ key, data }) => `${text(key)} vmap ${text(data)}`,
	counter: (body) => named(body, "counter") ?? counted(body),
	quota: (body) =>
		named(body, "quota") ??
		`quota ${body.inv === true ? "over " : ""}${body.val} ${body.val_unit ?? "bytes"}`,
	limit: (body) => named(body, "limit") ?? rate(body),
	last: () => "last",
	mangle: ({ key, value }) => `${text(key)} set ${operand(key, value)}`,
	snat: (body) => nat("snat", body),
	dnat: (body) => nat("dnat", body),
	masquerade: (body) => nat("masquerade", body),
	redirect: (body) => nat("redirect", body),
	reject: ({ type, expr }) =>
		type === undefined
			? "reject"
			: `reject with ${type === "tcp reset" ? "tcp reset" : `${type} ${expr ?? ""}`}`.trimEnd(),
	log: ({ prefix, level, group }) =>
		`log${optional(prefix, (one) => ` prefix ${JSON.stringify(one)}`)}${optional(level, (one) => ` level ${one}`)}${optional(group, (one) => ` group ${one}`)}`,
	notrack: () => "notrack",
	"ct count": ({ val, inv }) => `ct count ${inv === true ? "over " : ""}${val}`,
	"ct helper": (body) => `ct helper set ${text(body)}`,
	set: ({ op, elem, set, stmt }) =>
		`${op} ${set} { ${text(elem)}${optional(stmt, (all) => ` ${statementsText(all as readonly StatementJson[])}`)} }`,
	map: ({ op, elem, data, map }) => `${op} ${map} { ${text(elem)} : ${text(data)} }`,
	queue: ({ num, flags }) =>
		`queue${optional(flags, (one) => ` flags ${[one].flat().join(",")}`)}${optional(num, (one) => ` to ${text(one)}`)}`,
	fwd: ({ dev }) => `fwd to ${text(dev)}`,
	dup: ({ addr, dev }) => `dup to ${text(addr)}${optional(dev, (one) => ` device ${text(one)}`)}`,
	flow: ({ flowtable }) => `flow add ${flowtable}`,
	tproxy: ({ addr, port }) =>
		`tproxy to ${optional(addr, text)}${optional(port, (one) => `:${text(one)}`)}`,
	synproxy: (body) => named(body, "synproxy") ?? "synproxy",
	reset: (body) => `reset ${text(body)}`,
	xt: ({ type, name }) => `xt ${type} ${name}`,
	unknown: ({ expr }) => `${expr}`,
};

const statementText = (statement: StatementJson): string => {
	const [[name, body] = ["", undefined]] = Object.entries(statement);
	const write = WRITE[name];
	return write === undefined ? text(statement) : write((body ?? {}) as Body);
};

/** Statements of libnftables JSON as nft writes a rule. */
export const statementsText = (statements: readonly StatementJson[]): string =>
	statements.map(statementText).join(" ");
