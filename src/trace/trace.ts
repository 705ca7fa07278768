import { setImmediate, setTimeout } from "node:timers/promises";
import { LinuxKernel } from "../kernel/linux.js";
import { NftablesDriver } from "../kernel/nftables.js";
import { readLink, readLinkByName } from "../kernel/read.js";
import { Reader } from "../netlink/bytes.js";
import { OverrunError } from "../netlink/error.js";
import { NetlinkListener } from "../netlink/listener.js";
import { apply } from "../nftables/apply/apply.js";
import { openIn } from "../nftables/apply/connection.js";
import { hooksOf } from "../nftables/fact/hook.js";
import { nameOf } from "../nftables/fact/name.js";
import { readRawRuleset } from "../nftables/machine/read.js";
import { type Table, tablesOf } from "../nftables/machine/ruleset.js";
import { RuleWriter } from "../nftables/text/rule.js";
import { checkArgument, checkOptions, count, object, signal, text } from "../sys/arguments.js";
import { UmlnetError } from "../sys/error.js";
import { inNamespace } from "../sys/namespace.js";
import { processId } from "../sys/process.js";
import { NETLINK_NETFILTER } from "../uapi/netlink.js";
import { NFT_MSG_TRACE } from "../uapi/nf_tables.js";
import { NFNLGRP_NFTRACE } from "../uapi/nfnetlink.js";
import { eventOf, type Names, type TraceEvent, type TraceOverrun } from "./event.js";
import { type TraceFilter, tracingTables } from "./table.js";

export type { TraceEvent, TraceOverrun } from "./event.js";
export type { TraceFilter } from "./table.js";

/** Options of `trace`. */
export interface TraceOptions {
	/** The network namespace by name or path. Default: that of the thread. */
	readonly netns?: string | undefined;
	/** Which packets. Default: all packets of the tap, ARP included. */
	readonly filter?: TraceFilter | undefined;
	/** Ends the iteration. */
	readonly signal?: AbortSignal | undefined;
	/** How many bytes of events the kernel queues for us before it drops some. */
	readonly bufferBytes?: number | undefined;
}
const OPTIONS = { netns: text, filter: object, signal, bufferBytes: count } as const;

/** Milliseconds between two polls of a socket that had nothing to read. */
const PAUSE = 10;
/** Datagrams read before others of this thread get their turn. */
const TURN = 64;

/** The names of rules, hooks and interfaces. An unknown rule may be new, so all of them are read again. */
class RulesetNames implements Names {
	readonly #kernel: LinuxKernel;
	readonly #links = new Map<number, string | undefined>();
	readonly #unknown = new Set<string>();
	#writer = new RuleWriter();
	#tables: readonly Table[];

	constructor(kernel: LinuxKernel) {
		this.#kernel = kernel;
		this.#tables = tablesOf(readRawRuleset(kernel));
	}

	link(index: number): string | undefined {
		if (!this.#links.has(index)) this.#links.set(index, readLink(this.#kernel, index)?.IFLA_IFNAME);
		return this.#links.get(index);
	}

	#chain(family: number, table: string, chain: string) {
		return this.#tables
			.find((one) => one.family === family && one.name === table)
			?.chains.get(chain);
	}

	hook(family: number, table: string, chain: string): string | undefined {
		const base = this.#chain(family, table, chain)?.base;
		return base && nameOf(hooksOf(family), base.hook);
	}

	rule(family: number, table: string, chain: string, handle: number): string | undefined {
		const key = `${family} ${table} ${chain} ${handle}`;
		const find = () =>
			this.#chain(family, table, chain)?.rules.find((one) => one.handle === handle);
		if (find() === undefined && !this.#unknown.has(key)) {
			this.#unknown.add(key);
			this.#tables = tablesOf(readRawRuleset(this.#kernel));
			this.#writer = new RuleWriter();
		}
		const rule = find();
		const owner = this.#chain(family, table, chain)?.table;
		return rule && owner && this.#writer.write(owner, rule);
	}
}

/**
 * What the kernel really does to the packets of a tap, rule by rule, from this call on: packets that come out of it,
 * and packets that go into it, from where that is known. It ends with the signal, or when the loop over it is left, or
 * when this process is killed; then everything that was made for it is gone. If the kernel had to drop events, that is
 * reported, and the others follow.
 * @throws KernelError; UmlnetError ERR_USAGE if there is no such interface
 */
export function trace(
	tap: string,
	options: TraceOptions = {},
): AsyncGenerator<TraceEvent | TraceOverrun, void, undefined> {
	checkArgument("trace", "the tap", tap, text);
	checkOptions("trace", options, OPTIONS);
	const { netns, filter = {}, bufferBytes } = options;
	const kernel =
		netns === undefined ? new LinuxKernel() : inNamespace(netns, () => new LinuxKernel());
	const owner = new NftablesDriver({ open: (protocol) => openIn(netns, protocol) });
	let listener: NetlinkListener | undefined;
	const close = (): void => {
		listener?.close();
		owner.close();
		kernel.close();
	};
	try {
		const link = readLinkByName(kernel, tap);
		if (link === undefined)
			throw new UmlnetError("ERR_USAGE", `there is no interface ${tap}`, {
				hint: "ip link shows all",
			});
		const master = link.IFLA_MASTER === undefined ? undefined : readLink(kernel, link.IFLA_MASTER);
		const isBridge = master?.IFLA_LINKINFO?.IFLA_INFO_KIND === "bridge";
		listener = new NetlinkListener(NETLINK_NETFILTER, [NFNLGRP_NFTRACE], {
			...(bufferBytes !== undefined && { bufferBytes }),
			open: (protocol, groups) => openIn(netns, protocol, groups),
		});
		const name = `umlnet-nl-trace-${processId()}`;
		apply(
			tracingTables(name, { tap, bridge: isBridge ? master?.IFLA_IFNAME : undefined }, filter),
			{
				connection: owner,
			},
		);
		return follow(listener, new RulesetNames(kernel), name, options.signal, close);
	} catch (error) {
		close();
		throw error;
	}
}

async function* follow(
	listener: NetlinkListener,
	names: Names,
	own: string,
	signal: AbortSignal | undefined,
	close: () => void,
): AsyncGenerator<TraceEvent | TraceOverrun, void, undefined> {
	try {
		for (let taken = 1; signal?.aborted !== true; taken++) {
			const told = take(listener, names, own);
			if (told === undefined) await pause(signal);
			else yield* told;
			if (taken % TURN === 0) await setImmediate();
		}
	} finally {
		close();
	}
}

function take(
	listener: NetlinkListener,
	names: Names,
	own: string,
): readonly (TraceEvent | TraceOverrun)[] | undefined {
	try {
		return listener
			.take()
			?.filter(({ frame }) => frame.type === NFT_MSG_TRACE.type)
			.map(({ bytes, frame }) => NFT_MSG_TRACE.read(new Reader(bytes, frame.start, frame.end)))
			.filter(({ NFTA_TRACE_TABLE: table }) => table?.startsWith(own) !== true)
			.map((message) => eventOf(message, names));
	} catch (error) {
		if (error instanceof OverrunError) return [{ overrun: true }];
		throw error;
	}
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
	try {
		await setTimeout(PAUSE, undefined, { ...(signal && { signal }) });
	} catch (error) {
		if (signal?.aborted !== true) throw error;
	}
}
