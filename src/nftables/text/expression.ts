import type { Expression } from "../json/expression.js";

type Body = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => expressionText(value as Expression);
const several = (values: unknown, by: string): string =>
	(values as readonly unknown[]).map(text).join(by);

/** How a word of JSON is written in nft: names of interfaces and the like are quoted. */
const word = (value: string): string =>
	/^[@\w.:/*-]+$/.test(value) && !/^["]/.test(value) ? value : JSON.stringify(value);

function item(value: unknown): string {
	if (!Array.isArray(value)) return text(value);
	const [key, data]: readonly unknown[] = value;
	return `${text(key)} : ${text(data)}`;
}

function set(value: unknown): string {
	if (typeof value === "string" && value.startsWith("@")) return value;
	const items = Array.isArray(value) ? value : [value];
	return `{ ${items.map(item).join(", ")} }`;
}

const OPERATORS = ["|", "^", "&", "<<", ">>"];

/** How expressions are written, by their only member in JSON. */
const WRITE: Readonly<Record<string, (body: Body) => string>> = {
	concat: (body) => several(body, " . "),
	set,
	elem: ({ val, timeout, comment }) =>
		`${text(val)}${timeout === undefined ? "" : ` timeout ${timeout}s`}${comment === undefined ? "" : ` comment ${JSON.stringify(comment)}`}`,
	map: ({ key, data }) => `${text(key)} map ${text(data)}`,
	prefix: ({ addr, len }) => `${text(addr)}/${len}`,
	range: (body) => several(body, "-"),
	payload: ({ base, offset, len, protocol, field, tunnel }) =>
		base === undefined
			? `${tunnel === undefined ? "" : `${tunnel} `}${protocol} ${field}`
			: `@${base},${offset},${len}`,
	exthdr: ({ name, field }) => (field === undefined ? `exthdr ${name}` : `${name} ${field}`),
	"tcp option": ({ name, field, base, offset, len }) =>
		base === undefined
			? `tcp option ${name}${field === undefined ? "" : ` ${field}`}`
			: `tcp option @${base},${offset},${len}`,
	"ip option": ({ name, field }) => `ip option ${name}${field === undefined ? "" : ` ${field}`}`,
	"sctp chunk": ({ name, field }) => `sctp chunk ${name}${field === undefined ? "" : ` ${field}`}`,
	"dccp option": ({ type }) => `dccp option ${type}`,
	meta: ({ key }) => (BARE.has(`${key}`) ? `${key}` : `meta ${key}`),
	ct: ({ key, dir, family }) =>
		`ct ${dir === undefined ? "" : `${dir} `}${family === undefined ? "" : `${family} `}${key}`,
	rt: ({ key, family }) => `rt ${family === undefined ? "" : `${family} `}${key}`,
	socket: ({ key, level }) => `socket ${key}${level === undefined ? "" : ` level ${level}`}`,
	osf: ({ key, ttl }) => `osf ${ttl === undefined ? "" : `ttl ${ttl} `}${key}`,
	ipsec: ({ key, dir, spnum }) =>
		`ipsec ${dir}${spnum === undefined ? "" : ` spnum ${spnum}`} ${key}`,
	fib: ({ result, flags }) =>
		`fib ${(Array.isArray(flags) ? flags : [flags]).join(" . ")} ${result}`,
	numgen: ({ mode, mod, offset }) =>
		`numgen ${mode} mod ${mod}${offset ? ` offset ${offset}` : ""}`,
	jhash: ({ expr, mod, seed, offset }) =>
		`jhash ${text(expr)} mod ${mod}${seed === undefined ? "" : ` seed ${seed}`}${offset ? ` offset ${offset}` : ""}`,
	symhash: ({ mod, offset }) => `symhash mod ${mod}${offset ? ` offset ${offset}` : ""}`,
	jump: ({ target }) => `jump ${target}`,
	goto: ({ target }) => `goto ${target}`,
	accept: () => "accept",
	drop: () => "drop",
	return: () => "return",
	continue: () => "continue",
};

/** The keys of meta that nft writes without the word "meta". */
const BARE = new Set([
	"iif",
	"oif",
	"iifname",
	"oifname",
	"iifgroup",
	"oifgroup",
	"iiftype",
	"oiftype",
	"skuid",
	"skgid",
	"pkttype",
	"cpu",
	"rtclassid",
	"ibrname",
	"obrname",
]);

/** An expression of libnftables JSON in the language of nft. */
export function expressionText(value: Expression): string {
	if (typeof value === "string") return word(value);
	if (typeof value !== "object" || value === null) return `${value}`;
	if (Array.isArray(value)) return value.map(text).join(",");
	const [[name, body] = ["", undefined]] = Object.entries(value);
	if (OPERATORS.includes(name)) return several(body, ` ${name} `);
	const write = WRITE[name];
	return write === undefined ? JSON.stringify(value) : write((body ?? {}) as Body);
}
