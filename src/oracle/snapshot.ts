/**
 * Takes a snapshot of everything in a network namespace through our own netlink code, and compares two of them. Bytes
 * are compared first; only what differs is decoded and checked against the short list in `ignored.ts`.
 */
import { NetlinkSocket } from "../netlink/socket.js";
import { NETLINK_NETFILTER, NETLINK_ROUTE } from "../uapi/netlink.js";
import { factsOf, textOf, titleOf } from "./facts.js";
import { readDescriptors, readFiles, readValues } from "./files.js";
import { type Section, sections } from "./sections.js";

export interface Snapshot {
	/** The kernel's messages of each section, byte for byte, as latin1. */
	readonly messages: ReadonlyMap<string, readonly string[]>;
	/** The values below /proc/sys/net. */
	readonly values: ReadonlyMap<string, string>;
	/** The files in the state directory. */
	readonly files: ReadonlyMap<string, string>;
	/** The open descriptors of this process. */
	readonly descriptors: ReadonlyMap<string, string>;
}

export interface SnapshotOptions {
	readonly stateDir?: string;
	/** Whether to include the open descriptors of this process. */
	readonly descriptors?: boolean;
}

/** Take a snapshot of the calling thread's network namespace, and of a state directory. */
export function snapshot(options: SnapshotOptions = {}): Snapshot {
	const descriptors = options.descriptors === true ? readDescriptors() : new Map();
	const route = new NetlinkSocket(NETLINK_ROUTE);
	const netfilter = new NetlinkSocket(NETLINK_NETFILTER);
	try {
		const messages = sections.map((section) => {
			const found = section.read(section.socket === "route" ? route : netfilter);
			return [section.name, found.map((bytes) => Buffer.from(bytes).toString("latin1"))] as const;
		});
		return {
			messages: new Map(messages),
			values: readValues(),
			files: options.stateDir === undefined ? new Map() : readFiles(options.stateDir),
			descriptors,
		};
	} finally {
		route.close();
		netfilter.close();
	}
}

const VALUES = "/proc/sys/net";
const FILES = "state directory";
const DESCRIPTORS = "open files";

/** What differs in `after`, one difference a line; empty if both are equal. `except` names sections to leave out. */
export function difference(
	before: Snapshot,
	after: Snapshot,
	options: { readonly except?: readonly string[] } = {},
): string[] {
	const { except = [] } = options;
	const looked = (name: string): boolean => !except.includes(name);
	return [
		...sections
			.filter(({ name }) => looked(name))
			.flatMap((section) => {
				const { name } = section;
				return inSection(section, before.messages.get(name) ?? [], after.messages.get(name) ?? []);
			}),
		...(looked(VALUES) ? inFacts(VALUES, before.values, after.values) : []),
		...(looked(FILES) ? inFacts(FILES, before.files, after.files) : []),
		...(looked(DESCRIPTORS) ? inFacts(DESCRIPTORS, before.descriptors, after.descriptors) : []),
	];
}

interface Decoded {
	readonly title: string;
	readonly facts: ReadonlyMap<string, string>;
	readonly text: string;
}

function inSection(
	section: Section,
	before: readonly string[],
	after: readonly string[],
): string[] {
	if (before.length === after.length && before.every((bytes, i) => bytes === after[i])) return [];
	const decode = (bytes: string): Decoded => {
		const facts = factsOf(section.reply.decode(Buffer.from(bytes, "latin1")));
		return {
			facts,
			text: textOf(facts),
			title: `${section.name} ${titleOf(section.title, facts)}`,
		};
	};
	const was = before.map(decode);
	const is = after.map(decode);
	const lines = inObjects(without(was, is), without(is, was));
	if (lines.length > 0 || section.ordered !== true) return lines;
	const moved = was.findIndex(({ text }, i) => text !== is[i]?.text);
	return moved === -1 ? [] : [`${section.name}: in another order from ${was[moved]?.title} on`];
}

/** The objects of the first list that have no equal in the second. */
function without(these: readonly Decoded[], those: readonly Decoded[]): Decoded[] {
	const left = new Map<string, number>();
	for (const { text } of those) left.set(text, (left.get(text) ?? 0) + 1);
	return these.filter(({ text }) => {
		const count = left.get(text) ?? 0;
		left.set(text, count - 1);
		return count <= 0;
	});
}

function inObjects(gone: readonly Decoded[], come: readonly Decoded[]): string[] {
	const lines: string[] = [];
	const fresh = [...come];
	for (const was of gone) {
		const at = fresh.findIndex(({ title }) => title === was.title);
		const [is] = at === -1 ? [] : fresh.splice(at, 1);
		if (is === undefined) lines.push(`${was.title}: is gone (${was.text})`);
		else lines.push(...inFacts(was.title, was.facts, is.facts));
	}
	return [...lines, ...fresh.map(({ title, text }) => `${title}: is new (${text})`)];
}

function inFacts(
	title: string,
	before: ReadonlyMap<string, string>,
	after: ReadonlyMap<string, string>,
): string[] {
	const names = [...new Set([...before.keys(), ...after.keys()])];
	return names.flatMap((name) => {
		const [was, is] = [before.get(name), after.get(name)];
		if (was === is) return [];
		return [`${title}: ${name} was ${was ?? "not there"}, is ${is ?? "not there"}`];
	});
}
