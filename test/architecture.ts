import { dirname, posix } from "node:path";
import { constantsOf } from "./facts/constants.js";

/** Source files by their path below src/. */
export type Sources = ReadonlyMap<string, string>;

interface Import {
	readonly from: string;
	/** A path below src/, or the name of a package. */
	readonly to: string;
	readonly local: boolean;
	/** The compiler erases it, so it costs nothing at run time. */
	readonly typeOnly: boolean;
}

/**
 * What each layer may import, types included. A layer may always import itself, and names only layers above it in this
 * table, so there is no circle between folders. `.` is index.ts, the public interface of the library.
 */
export const BELOW: Readonly<Record<string, readonly string[]>> = {
	sys: [],
	inet: ["sys"],
	netlink: ["sys"],
	uapi: ["netlink"],
	packet: ["uapi", "netlink"],
	proto: ["netlink"],
	spec: ["proto", "inet", "sys"],
	kernel: ["uapi", "netlink", "sys"],
	nftables: ["kernel", "uapi", "netlink", "sys"],
	oracle: ["inet", "kernel", "uapi", "netlink", "sys"],
	engine: ["spec", "proto", "inet", "kernel", "uapi", "netlink", "sys"],
	kinds: ["engine", "spec", "inet", "nftables", "kernel", "uapi", "netlink", "sys"],
	service: ["engine", "spec", "inet", "netlink", "sys"],
	doctor: ["service", "packet", "inet", "nftables", "kernel", "uapi", "netlink", "sys"],
	host: [
		"doctor",
		"service",
		"kinds",
		"engine",
		"spec",
		"inet",
		"kernel",
		"uapi",
		"netlink",
		"sys",
	],
	thread: ["host", "service", "kinds", "engine", "spec", "kernel", "uapi", "netlink", "sys"],
	daemon: ["thread", "service", "engine", "spec", "inet", "proto", "netlink", "sys"],
	demo: [
		"host",
		"service",
		"oracle",
		"engine",
		"spec",
		"inet",
		"kernel",
		"packet",
		"uapi",
		"netlink",
		"sys",
	],
	trace: ["inet", "nftables", "kernel", "uapi", "netlink", "sys"],
	testing: ["host", "service", "spec", "kernel", "uapi", "netlink", "sys"],
	".": ["daemon", "trace", "thread", "host", "service", "engine", "spec", "netlink", "sys"],
	cli: [
		"daemon",
		"trace",
		"thread",
		"demo",
		"host",
		"service",
		"engine",
		"spec",
		"nftables",
		"sys",
	],
};
/**
 * The same for the layers inside nftables. At the bottom are facts, the types of the JSON, and the tree between JSON
 * and kernel; then come the parts of the language, each of which goes both ways in one file. Compiling knows nothing of
 * listing and vice versa; only the code that talks to the kernel knows both.
 */
export const NFTABLES_BELOW: Readonly<Record<string, readonly string[]>> = {
	fact: [],
	json: ["fact"],
	tree: ["json", "fact"],
	machine: ["tree", "fact"],
	expression: ["tree", "json", "fact"],
	statement: ["expression", "tree", "json", "fact"],
	fast: ["expression", "tree", "json", "fact"],
	command: ["fast", "statement", "expression", "tree", "json", "fact"],
	listing: ["fast", "statement", "expression", "tree", "json", "fact"],
	text: ["listing", "machine", "fast", "statement", "expression", "tree", "json", "fact"],
	compile: ["command", "fast", "statement", "expression", "tree", "json", "fact"],
	apply: ["compile", "listing", "command", "fast", "tree", "json", "fact"],
	".": ["apply", "compile", "listing", "tree", "json", "fact"],
};
const EMPTY_NAMES = /^(utils?|helpers?|common|managers?|types?|misc)\.ts$/;

/**
 * Code that takes words apart into bytes or puts them together: views, methods of Buffer, shifts by multiples of eight,
 * masks of one byte.
 */
const LAYING = new RegExp(
	[
		String.raw`\bDataView\b`,
		String.raw`\b(Big)?(Ui|I)nt(16|32|64)Array\b`,
		String.raw`\.[sg]et(Big)?(Ui|I)nt(8|16|32|64)\(`,
		String.raw`\.(read|write)(Big)?U?Int(8|(16|32|64)?[BL]E)\(`,
		String.raw`(<<|>>>?)=? (7|8|16|24)n?\b`,
		String.raw`& \(?(0x7f|0xff|127|255)n?\b`,
		String.raw` [*/%] (128|256|0x100)n?\b`,
	].join("|"),
);
/** The files that may take words apart, and why. */
const LAID_IN: ReadonlyMap<string, string> = new Map([
	["netlink/bytes.ts", "this is the place"],
	["sys/socket.ts", "structs of system calls, below the language"],
	["sys/peer.ts", "a struct of a socket option, below the language"],
	["sys/notify.ts", "a struct of an address, below the language"],
	["packet/checksum.ts", "the Internet checksum adds words up, and lays none"],
	["proto/wire.ts", "protobuf's own numbers, seven bits a byte"],
	["inet/address.ts", "addresses as text"],
	["cli/startup/code-cache.ts", "what starts the command loads nothing else first"],
	["engine/journal/crc32c.ts", "a checksum over words of 32 bits"],
	[
		"uapi/nf_tables.ts",
		"nlmsg_type holds subsystem and message, as linux/netfilter/nfnetlink.h says",
	],
	["uapi/nfnetlink_conntrack.ts", "nlmsg_type holds subsystem and message, too"],
	["nftables/fact/value.ts", "numbers of any width in either order, as registers hold them"],
	["nftables/fact/address.ts", "addresses as text and as numbers"],
	["nftables/fact/datatype.ts", "a class is two numbers in one"],
	["nftables/fact/format.ts", "a class is two numbers in one"],
	[
		"nftables/fast/plain-elements.ts",
		"past the language for speed; tests compare it with the language",
	],
	["testing/fake/addresses.ts", "ifa_flags has the low byte of the flags, IFA_FLAGS all of them"],
	["nftables/fast/plain-listing.ts", "past the language for speed, too"],
]);

/** The layers that state numbers of the kernel. */
const FACTS: readonly string[] = ["uapi", "netlink", "packet"];
/** Numbers that layers below those need all the same. */
const BELOW_FACTS: Readonly<Record<string, readonly string[]>> = {
	"sys/socket.ts": ["AF_NETLINK"],
};

interface Rule {
	readonly name: string;
	/** The reason for the rule, which is part of the message when somebody breaks it. */
	readonly why: string;
	readonly breaks: (sources: Sources) => Iterable<string>;
}

export const layerOf = (path: string): string =>
	path.includes("/") ? (path.split("/")[0] as string) : ".";
/** The layer inside nftables; `undefined` for files elsewhere. */
export const nftablesLayerOf = (path: string): string | undefined =>
	path.startsWith("nftables/") ? layerOf(path.slice("nftables/".length)) : undefined;

/** The imports of one file: static, re-exported, dynamic, and of types. */
export function importsOf(from: string, text: string): Import[] {
	const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
	const statements = code.matchAll(
		/^\s*(?:import|export)\s+(type\s)?([^"'`;=]*?\sfrom\s*|\s*)"([^"]+)"/gm,
	);
	const dynamic = code.matchAll(/\b(import|require)\(\s*"([^"]+)"\s*\)/g);
	return [
		...[...statements].map(([, type, names = "", to = ""]) =>
			imported(from, to, type !== undefined || namesTypesOnly(names)),
		),
		...[...dynamic].map(([, , to = ""]) => imported(from, to, false)),
	];
}

/** Whether all names are types: `{ type A, type B }`. */
function namesTypesOnly(names: string): boolean {
	const inside = /^\{([^}]*)\}/.exec(names.trim())?.[1];
	const each = inside?.split(",").filter((name) => name.trim() !== "");
	return each?.every((name) => /^\s*type\s/.test(name)) ?? false;
}

function imported(from: string, to: string, typeOnly: boolean): Import {
	const local = to.startsWith(".");
	const path = local ? posix.join(dirname(from), to).replace(/\.js$/, ".ts") : to;
	return { from, to: path, local, typeOnly };
}

const allImports = (sources: Sources): Import[] =>
	[...sources].flatMap(([path, text]) => importsOf(path, text));

/** Everything that a file loads at run time, including itself. */
function reach(sources: Sources, path: string, seen = new Set<string>()): Set<string> {
	if (seen.has(path) || !sources.has(path)) return seen;
	seen.add(path);
	for (const { to, local, typeOnly } of importsOf(path, sources.get(path) as string))
		if (local && !typeOnly) reach(sources, to, seen);
	return seen;
}

/** The files of `sys` that call nothing: errors, and the meaning of errnos. */
const WORDS: readonly string[] = ["sys/error.ts", "sys/errno.ts"];

/** Whether a file has access to the host: a socket, an ioctl, a file below /proc. */
const touchesTheHost = (sources: Sources, path: string): boolean =>
	[...reach(sources, path)].some(
		(one) =>
			one === "netlink/socket.ts" ||
			(layerOf(one) === "sys" && !WORDS.includes(one)) ||
			(layerOf(one) === "kernel" && /from "node:fs"/.test(sources.get(one) as string)),
	);

const show = ({ from, to }: Import): string => `${from} imports ${to}`;

/** For each file, the files that it imports, types included. */
type Graph = ReadonlyMap<string, readonly string[]>;
const graphOf = (sources: Sources): Graph =>
	new Map(
		[...sources].map(([path, text]) => [
			path,
			importsOf(path, text).flatMap(({ to, local }) => (local ? [to] : [])),
		]),
	);

/** The shortest way from a file back to itself, if there is one. */
function cycleFrom(graph: Graph, path: string): string[] | undefined {
	const ways: string[][] = [[path]];
	const seen = new Set<string>();
	for (const way of ways) {
		const last = way.at(-1) as string;
		for (const to of graph.get(last) ?? []) {
			if (seen.has(to)) continue;
			if (to === path) return [...way, to];
			seen.add(to);
			ways.push([...way, to]);
		}
	}
	return undefined;
}

function* matches(sources: Sources, pattern: RegExp, except: (path: string) => boolean) {
	for (const [path, text] of sources)
		if (!except(path))
			for (const [i, line] of text.split("\n").entries())
				if (pattern.test(line)) yield `${path}:${i + 1}: ${line.trim()}`;
}

/** The imports between layers that a table does not allow. */
function* arrowsUp(
	sources: Sources,
	below: Readonly<Record<string, readonly string[]>>,
	layer: (path: string) => string | undefined,
) {
	for (const one of allImports(sources)) {
		const [from, to] = [layer(one.from), one.local ? layer(one.to) : undefined];
		if (from === undefined || to === undefined || from === to) continue;
		if (!below[from]?.includes(to)) yield show(one);
	}
}

export const RULES: readonly Rule[] = [
	{
		name: "arrows point down",
		why: "what is below must be usable and testable without what is above it",
		breaks: (sources) => arrowsUp(sources, BELOW, layerOf),
	},
	{
		name: "arrows point down in nftables",
		why: "compiling must be readable without listing, and a fact without either",
		breaks: (sources) => arrowsUp(sources, NFTABLES_BELOW, nftablesLayerOf),
	},
	{
		name: "only index.ts lies loose",
		why: "a file that is in no folder is in no layer, and may be imported by all",
		*breaks(sources) {
			for (const path of sources.keys())
				if ([layerOf(path), nftablesLayerOf(path)].includes(".") && !/(^|\/)index\.ts$/.test(path))
					yield path;
		},
	},
	{
		name: "engine and kinds see no socket",
		why: "they run over the Kernel seam, on the fake kernel as on the real one",
		*breaks(sources) {
			for (const one of allImports(sources)) {
				if (one.typeOnly || !["engine", "kinds"].includes(layerOf(one.from))) continue;
				const to = layerOf(one.to);
				if (
					to === "sys" &&
					!["sys/error.ts", "sys/file.ts", "sys/openat.ts", "sys/clock.ts"].includes(one.to)
				)
					yield show(one);
				else if (to === "netlink" && touchesTheHost(sources, one.to)) yield show(one);
				else if (to === "kernel" && touchesTheHost(sources, one.to))
					yield `${show(one)}, which is a driver`;
			}
		},
	},
	{
		name: "uapi knows the schema language alone",
		why: "a table of facts that needs more than the language is no table of facts",
		*breaks(sources) {
			for (const one of allImports(sources))
				if (layerOf(one.from) === "uapi" && layerOf(one.to) !== "uapi")
					if (!["netlink/schema.ts", "netlink/nlmsg.ts"].includes(one.to)) yield show(one);
		},
	},
	{
		name: "packets are bytes",
		why: "who answers, forges or shows them brings the socket, the tap or the file that they come from",
		*breaks(sources) {
			for (const one of allImports(sources))
				if (layerOf(one.from) === "packet" && one.local && touchesTheHost(sources, one.to))
					yield show(one);
		},
	},
	{
		name: "uapi exports tables only",
		why: "one fact, one line: code that computes belongs to the language or to a driver",
		*breaks(sources) {
			const inUapi = (path: string): boolean => layerOf(path) === "uapi";
			yield* matches(
				sources,
				/^export (default |async )*(function|class|let|var)\b|^export const \w+ = (async )?(<.*>)?\(.*\).*=>/,
				(path) => !inUapi(path),
			);
		},
	},
	{
		name: "no cycles",
		why: "two files that need each other are one file, or hide a third",
		*breaks(sources) {
			const graph = graphOf(sources);
			const told = new Set<string>();
			for (const path of sources.keys()) {
				const cycle = told.has(path) ? undefined : cycleFrom(graph, path);
				if (cycle !== undefined) yield cycle.join(" → ");
				for (const one of cycle ?? []) told.add(one);
			}
		},
	},
	{
		name: "files are nouns",
		why: "a file named for nothing collects everything",
		*breaks(sources) {
			for (const path of sources.keys())
				if (EMPTY_NAMES.test(path.split("/").at(-1) as string)) yield path;
		},
	},
	{
		name: "no other program is started",
		why: "this project talks to the kernel itself: no ip, no nft, no sysctl; the watchdog is ourselves once more, and run starts the command that it is given",
		breaks: (sources) =>
			matches(sources, /child_process/, (path) =>
				["cli/watchdog.ts", "cli/child-process.ts"].includes(path),
			),
	},
	{
		name: "bytes are laid in one place",
		why: "lengths, alignment and byte order are checked in netlink/bytes.ts; others are named, each with its reason",
		*breaks(sources) {
			yield* matches(sources, LAYING, (path) => LAID_IN.has(path));
			for (const [path, reason] of LAID_IN)
				if (sources.has(path) && !LAYING.test(sources.get(path) as string))
					yield `${path} lays no bytes any more: ${reason}`;
		},
	},
	{
		name: "a fact stands once",
		why: "who needs a number of the kernel imports it from the one place",
		*breaks(sources) {
			const constants = [...sources].flatMap(([path, text]) => constantsOf(path, text));
			const places = new Map<string, string>();
			for (const { path, name, exported } of constants)
				if (exported && FACTS.includes(layerOf(path)) && !places.has(name)) places.set(name, path);
			for (const { path, name } of constants) {
				const place = places.get(name);
				if (place === undefined || place === path || BELOW_FACTS[path]?.includes(name)) continue;
				yield `${path} declares ${name}, which ${place} has`;
			}
		},
	},
];

/** Every violation of a rule, with what breaks it and the reason for the rule. */
export function violations(sources: Sources): string[] {
	return RULES.flatMap(({ name, why, breaks }) =>
		[...breaks(sources)].map((breach) => `${breach}\n  breaks "${name}": ${why}`),
	);
}
