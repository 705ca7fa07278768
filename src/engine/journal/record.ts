import type { Action, Identity } from "../../kernel/action.js";
import { type Request, request } from "../../netlink/request.js";
import type { AnyMessage, Message } from "../../netlink/schema.js";
import { decode } from "../../proto/protobuf.js";
import { UmlnetError } from "../../sys/error.js";
import { RTM_DELRULE, RTM_NEWRULE } from "../../uapi/fib_rules.js";
import { RTM_DELADDR, RTM_NEWADDR } from "../../uapi/if_addr.js";
import { RTM_NEWLINK } from "../../uapi/if_link.js";
import { RTM_DELNEIGH, RTM_NEWNEIGH } from "../../uapi/neighbour.js";
import { RTM_NEWNEXTHOP } from "../../uapi/nexthop.js";
import {
	NFT_MSG_DELRULE,
	NFT_MSG_DELSETELEM,
	NFT_MSG_DELTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
	NFT_MSG_NEWTABLE,
} from "../../uapi/nf_tables.js";
import { RTM_DELROUTE, RTM_NEWROUTE } from "../../uapi/rtnetlink.js";
import type { Delta, Entry, TapEntry } from "../state.js";

/** A labelled list of actions, as the journal keeps it: the undo of a step, or a delete that is pending. */
export interface StepRecord {
	readonly label: string;
	readonly actions: readonly Action[];
}

/** A transaction that is rolled back unless somebody confirms it. */
export interface ProvisionalRecord {
	readonly transaction: string;
	/** When it is rolled back, in milliseconds since boot. */
	readonly deadline: number;
	/** The deletes that will be pending once it is confirmed. */
	readonly steps: readonly StepRecord[];
	readonly delta: Delta;
}

/** One record of the journal. */
export type JournalRecord =
	| { readonly begin: { transaction: string; command: string; steps: readonly StepRecord[] } }
	| { readonly commit: { transaction: string; steps: readonly StepRecord[]; delta: Delta } }
	| { readonly provisional: ProvisionalRecord }
	| { readonly expire: { transaction: string } }
	| { readonly end: { transaction: string; delta?: Delta | undefined } }
	| { readonly abort: { transaction: string } }
	| { readonly checkpoint: Delta };

interface WireMessage {
	message: string;
	flags: number;
	payload: Uint8Array;
}
interface WireAction {
	rtnetlink?: { request: WireMessage; only?: Identity };
	nftables?: { batch: WireMessage[] };
	sysctl?: { path: string; value: string; only?: string | undefined };
	unlink?: Identity;
}

/** @throws UmlnetError ERR_JOURNAL when the bytes are no record of ours */
export function decodeRecord(bytes: Uint8Array): JournalRecord {
	try {
		return fromWire(decode("Record", bytes));
	} catch (cause) {
		throw new UmlnetError("ERR_JOURNAL", "the journal holds a record that cannot be read", {
			cause,
		});
	}
}

// biome-ignore lint/suspicious/noExplicitAny: what came off the disk; every field is checked by use below
function fromWire(wire: any): JournalRecord {
	if (wire.begin) return { begin: { ...wire.begin, steps: wire.begin.steps.map(readStep) } };
	if (wire.commit)
		return {
			commit: {
				...wire.commit,
				steps: wire.commit.steps.map(readStep),
				delta: readDelta(wire.commit.delta),
			},
		};
	if (wire.provisional) {
		const { transaction, deadline, steps, delta } = wire.provisional;
		return {
			provisional: { transaction, deadline, steps: steps.map(readStep), delta: readDelta(delta) },
		};
	}
	if (wire.expire) return { expire: wire.expire };
	if (wire.end) {
		const { transaction, delta } = wire.end;
		return { end: { transaction, delta: delta && readDelta(delta) } };
	}
	if (wire.checkpoint) return { checkpoint: readDelta(wire.checkpoint) };
	if (wire.abort) return { abort: wire.abort };
	throw new Error("an empty record");
}

const readStep = ({ label, actions }: { label: string; actions: WireAction[] }): StepRecord => ({
	label,
	actions: actions.map(readAction),
});

/** All that kinds send. */
const messages = new Map<string, AnyMessage>(
	Object.entries({
		RTM_NEWLINK,
		RTM_NEWADDR,
		RTM_DELADDR,
		RTM_NEWROUTE,
		RTM_DELROUTE,
		RTM_NEWNEIGH,
		RTM_NEWNEXTHOP,
		RTM_NEWRULE,
		RTM_DELRULE,
		RTM_DELNEIGH,
		NFT_MSG_NEWTABLE,
		NFT_MSG_DELTABLE,
		NFT_MSG_NEWCHAIN,
		NFT_MSG_NEWRULE,
		NFT_MSG_DELRULE,
		NFT_MSG_NEWSET,
		NFT_MSG_NEWSETELEM,
		NFT_MSG_DELSETELEM,
	}),
);
const names = new Map([...messages].map(([name, message]) => [message, name]));

/** What the journal calls a message. @throws Error for one that has no place in it */
export function nameOf(message: AnyMessage): string {
	const name = names.get(message);
	if (name === undefined) throw new Error(`${message.name} has no place in the journal`);
	return name;
}

function readMessage({ message: name, flags, payload }: WireMessage): Request {
	const message = messages.get(name) as Message<unknown, unknown> | undefined;
	if (message === undefined) throw new Error(`unknown message ${name}`);
	return request(message, flags, message.recall(payload));
}
function readAction({ rtnetlink, nftables, sysctl, unlink }: WireAction): Action {
	if (rtnetlink)
		return { via: "rtnetlink", request: readMessage(rtnetlink.request), only: rtnetlink.only };
	if (nftables) return { via: "nftables", batch: nftables.batch.map(readMessage) };
	if (sysctl) return { via: "sysctl", ...sysctl };
	if (unlink) return { via: "unlink", link: unlink };
	throw new Error("an action of no kind");
}
const readDelta = (delta: {
	put: { kind: string; key: string; made: string; path: string }[];
	drop: string[];
	up: { report: string; keys: string[] }[];
	down: string[];
}): Delta => ({
	put: delta.put.map((entry): Entry => ({ ...entry, made: JSON.parse(entry.made) })),
	drop: delta.drop,
	up: delta.up.map(({ report, keys }): TapEntry => ({ report: JSON.parse(report), keys })),
	down: delta.down,
});
