import { setImmediate, setTimeout } from "node:timers/promises";
import { ifThere } from "../../kernel/if-there.js";
import { NetlinkListener } from "../../netlink/listener.js";
import { checkOptions, count, signal } from "../../sys/arguments.js";
import { NETLINK_NETFILTER } from "../../uapi/netlink.js";
import {
	NFT_MSG_GETSET,
	NFT_MSG_GETSETELEM,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
} from "../../uapi/nf_tables.js";
import { NFNLGRP_NFTABLES } from "../../uapi/nfnetlink.js";
import { localHost } from "../fact/host.js";
import { readElements } from "../listing/element.js";
import { EventReader, type RulesetEvent } from "../listing/event.js";
import { readSet } from "../listing/set.js";
import type { ListedSet } from "../tree/listed.js";
import { isAnonymous } from "../tree/set.js";
import {
	CONNECTION_OPTIONS,
	type Connection,
	type ConnectionOptions,
	connected,
	openIn,
} from "./connection.js";

/** Options of `watch`. */
export interface WatchOptions extends ConnectionOptions {
	/** Ends the iteration. */
	readonly signal?: AbortSignal | undefined;
	/** How many bytes of messages the kernel queues for us before it drops some (OverrunError). */
	readonly bufferBytes?: number | undefined;
}

const OPTIONS = { ...CONNECTION_OPTIONS, signal, bufferBytes: count };

/**
 * Milliseconds between two polls. Node cannot wait for a descriptor that it did not open itself. A Worker that blocks
 * in poll(2) would cost another isolate for each watch and a copy of every event, while a receive that finds nothing is
 * cheap.
 */
const PAUSE = 20;
/** How many datagrams are read before other work of this thread gets its turn. */
const TURN = 64;

/** The sets that rules and elements of later events may refer to, with the elements of anonymous ones. */
function readSets(connection: Connection): ListedSet[] {
	return connection.read(NFT_MSG_GETSET, NFT_MSG_NEWSET, {}, true).map((attrs) => {
		const family = attrs.nfgen_family ?? 0;
		const set = readSet(family, attrs);
		if (isAnonymous(set)) set.elements = readElements(set, elementsOf(connection, set));
		return set;
	});
}

function elementsOf(connection: Connection, { family, table, name }: ListedSet) {
	const of = {
		nfgen_family: family,
		NFTA_SET_ELEM_LIST_TABLE: table,
		NFTA_SET_ELEM_LIST_SET: name,
	};
	// If the set was deleted in the meantime, an event will report its rule as deleted.
	const lists =
		ifThere(() => connection.read(NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM, of, true)) ?? [];
	return lists.flatMap((list) => list.NFTA_SET_ELEM_LIST_ELEMENTS ?? []);
}

async function* follow(
	listener: NetlinkListener,
	reader: EventReader,
	signal: AbortSignal | undefined,
): AsyncGenerator<RulesetEvent, void, undefined> {
	try {
		for (let taken = 1; signal?.aborted !== true; taken++) {
			const told = listener.take();
			if (told === undefined) await pause(signal);
			else yield* told.flatMap((notification) => reader.read(notification));
			if (taken % TURN === 0) await setImmediate();
		}
	} finally {
		listener.close();
	}
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
	try {
		await setTimeout(PAUSE, undefined, { ...(signal && { signal }) });
	} catch (error) {
		if (signal?.aborted !== true) throw error;
	}
}

/**
 * Every change of the ruleset from this call on, as `nft -j monitor` reports it. It ends with the signal, or when the
 * loop over it is left; a watch that nobody iterates over stays open until the signal. The event loop is never blocked.
 * @throws OverrunError from the iteration if the kernel had to drop events: list the ruleset again
 */
export function watch(options: WatchOptions = {}): AsyncGenerator<RulesetEvent, void, undefined> {
	checkOptions("watch()", options, OPTIONS);
	const { bufferBytes, netns, signal, host = localHost() } = options;
	const listener = new NetlinkListener(NETLINK_NETFILTER, [NFNLGRP_NFTABLES], {
		...(bufferBytes !== undefined && { bufferBytes }),
		open: (protocol, groups) => openIn(netns, protocol, groups),
	});
	try {
		const reader = new EventReader(host, connected(options, readSets));
		return follow(listener, reader, signal);
	} catch (error) {
		listener.close();
		throw error;
	}
}
