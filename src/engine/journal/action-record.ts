/**
 * How an action is stored in the journal and read from it. A new type of action needs no other change to the journal.
 */
import type { Action, Identity } from "../../kernel/action.js";
import type { DefaultRouter } from "../../kernel/kernel.js";
import { Writer } from "../../netlink/bytes.js";
import { type Request, request } from "../../netlink/request.js";
import type { AnyMessage, Message } from "../../netlink/schema.js";
import { tagsOf } from "../../proto/protobuf.js";
import type { WireWriter } from "../../proto/wire.js";
import { RTM_DELRULE, RTM_NEWRULE } from "../../uapi/fib_rules.js";
import { RTM_DELADDR, RTM_NEWADDR } from "../../uapi/if_addr.js";
import { PF_BRIDGE_RTM_SETLINK, RTM_NEWLINK } from "../../uapi/if_link.js";
import { RTM_DELNEIGH, RTM_NEWNEIGH } from "../../uapi/neighbour.js";
import { RTM_NEWNEXTHOP } from "../../uapi/nexthop.js";
import {
	NFT_MSG_DELCHAIN,
	NFT_MSG_DELRULE,
	NFT_MSG_DELSET,
	NFT_MSG_DELSETELEM,
	NFT_MSG_DELTABLE,
	NFT_MSG_DESTROYSETELEM,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
	NFT_MSG_NEWTABLE,
} from "../../uapi/nf_tables.js";
import { RTM_DELQDISC, RTM_NEWQDISC, RTM_NEWTFILTER } from "../../uapi/pkt_sched.js";
import { RTM_DELROUTE, RTM_NEWROUTE } from "../../uapi/rtnetlink.js";

interface WireMessage {
	message: string;
	flags: number;
	payload: Uint8Array;
}
/** An action as the decoder of the schema returns it. */
export interface WireAction {
	rtnetlink?: { request: WireMessage; only?: Identity };
	nftables?: { batch: WireMessage[]; table?: string };
	sysctl?: { path: string; value: string; only?: string | undefined };
	unlink?: Identity;
	router?: DefaultRouter;
}

const ACTION = tagsOf("ActionRecord", "rtnetlink", "nftables", "sysctl", "unlink", "router");
const MESSAGE = tagsOf("WireMessage", "message", "flags", "payload");
const RTNETLINK = tagsOf("RtnetlinkAction", "request", "only");
const NFTABLES = tagsOf("NftablesAction", "batch", "table");
const SYSCTL = tagsOf("SysctlAction", "path", "value", "only");
const ROUTER = tagsOf("RouterAction", "link", "gateway", "metric", "preference", "expires");
const IDENTITY = tagsOf("LinkIdentity", "index", "name", "alias", "master");

/** The fields of a router that are zero are not stored. */
const NO_ROUTER: DefaultRouter = {
	link: 0,
	gateway: new Uint8Array(16),
	metric: 0,
	preference: 0,
	expires: 0,
};

/** Payloads are encoded here first, because their length is stored before them. */
const payload = new Writer();

/** All messages that kinds send. */
const messages = new Map<string, AnyMessage>(
	Object.entries({
		RTM_NEWLINK,
		RTM_NEWQDISC,
		RTM_DELQDISC,
		RTM_NEWTFILTER,
		PF_BRIDGE_RTM_SETLINK,
		RTM_NEWADDR,
		RTM_DELADDR,
		RTM_NEWROUTE,
		RTM_DELROUTE,
		RTM_NEWNEIGH,
		RTM_DELNEIGH,
		RTM_NEWNEXTHOP,
		RTM_NEWRULE,
		RTM_DELRULE,
		NFT_MSG_NEWTABLE,
		NFT_MSG_DELTABLE,
		NFT_MSG_NEWCHAIN,
		NFT_MSG_DELCHAIN,
		NFT_MSG_NEWRULE,
		NFT_MSG_DELRULE,
		NFT_MSG_NEWSET,
		NFT_MSG_NEWSETELEM,
		NFT_MSG_DELSET,
		NFT_MSG_DELSETELEM,
		NFT_MSG_DESTROYSETELEM,
	}),
);
const names = new Map([...messages].map(([name, message]) => [message, name]));

/** The name of a message in the journal. @throws Error if the message cannot be stored */
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

/** The messages that make a table of ours, by its name; undefined if there is no such table. */
export type BatchOf = (table: string) => readonly Request[] | undefined;

function readBatch(table: string, batchOf: BatchOf): Action {
	const batch = batchOf(table);
	if (batch === undefined) throw new Error(`unknown table ${table}`);
	return { via: "nftables", batch, table };
}

/** @throws Error if it is not an action of ours */
export function readAction(
	{ rtnetlink, nftables, sysctl, unlink, router }: WireAction,
	batchOf: BatchOf,
): Action {
	if (rtnetlink)
		return { via: "rtnetlink", request: readMessage(rtnetlink.request), only: rtnetlink.only };
	if (nftables?.table) return readBatch(nftables.table, batchOf);
	if (nftables) return { via: "nftables", batch: nftables.batch.map(readMessage) };
	if (sysctl) return { via: "sysctl", ...sysctl };
	if (unlink) return { via: "unlink", link: unlink };
	if (router) return { via: "router", add: { ...NO_ROUTER, ...router } };
	throw new Error("an action of no kind");
}

/** @throws Error if the action cannot be stored */
export function writeAction(w: WireWriter, action: Action): void {
	switch (action.via) {
		case "rtnetlink": {
			const at = w.beginField(ACTION.rtnetlink);
			writeMessage(w, RTNETLINK.request, action.request);
			if (action.only !== undefined) writeIdentity(w, RTNETLINK.only, action.only);
			w.end(at);
			break;
		}
		case "nftables": {
			const at = w.beginField(ACTION.nftables);
			// A table has far more messages than all else that is undone, and they are the same every time.
			if (action.table !== undefined) w.textField(NFTABLES.table, action.table);
			else for (const message of action.batch) writeMessage(w, NFTABLES.batch, message);
			w.end(at);
			break;
		}
		case "sysctl": {
			const at = w.beginField(ACTION.sysctl);
			w.textField(SYSCTL.path, action.path);
			w.textField(SYSCTL.value, action.value);
			if (action.only !== undefined) w.textField(SYSCTL.only, action.only);
			w.end(at);
			break;
		}
		case "unlink":
			writeIdentity(w, ACTION.unlink, action.link);
			break;
		case "router":
			writeRouter(w, action.add);
			break;
		default:
			// Creating a tap and making it persistent are undone by deleting it, or by the end of the process before that.
			throw new Error(`${action.via} has no place in the journal`);
	}
}

function writeMessage(w: WireWriter, tag: number, request: Request): void {
	const { message, flags, encoded } = request;
	const at = w.beginField(tag);
	w.textField(MESSAGE.message, nameOf(message));
	w.varintField(MESSAGE.flags, flags);
	payload.reset();
	if (encoded === undefined) message.write(payload, request.value as never);
	else payload.append(encoded);
	w.varint(MESSAGE.payload);
	w.bytes(payload.bytes, payload.length);
	w.end(at);
}

function writeRouter(w: WireWriter, router: DefaultRouter): void {
	const at = w.beginField(ACTION.router);
	w.varintField(ROUTER.link, router.link);
	w.varint(ROUTER.gateway);
	w.bytes(router.gateway, router.gateway.length);
	w.varintField(ROUTER.metric, router.metric);
	w.varintField(ROUTER.preference, router.preference);
	w.varintField(ROUTER.expires, router.expires);
	w.end(at);
}

function writeIdentity(w: WireWriter, tag: number, { index, name, alias, master }: Identity): void {
	const at = w.beginField(tag);
	w.varintField(IDENTITY.index, index);
	w.textField(IDENTITY.name, name);
	if (alias !== undefined) w.textField(IDENTITY.alias, alias);
	if (master !== undefined) w.varintField(IDENTITY.master, master);
	w.end(at);
}
