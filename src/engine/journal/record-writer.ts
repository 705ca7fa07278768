/**
 * Records as bytes, in the form proto/umlnet/v1/journal.proto gives them. Written out field by field: the journal is a
 * quarter of the JavaScript of a warm pool's guest, and with a writer of any message, which needs objects to be handed to
 * it, it took a third longer.
 */
import type { Action, Identity } from "../../kernel/action.js";
import { Writer } from "../../netlink/bytes.js";
import type { Request } from "../../netlink/request.js";
import { tagsOf } from "../../proto/protobuf.js";
import { WireWriter } from "../../proto/wire.js";
import type { Delta } from "../state.js";
import { type JournalRecord, nameOf, type StepRecord } from "./record.js";

const RECORD = tagsOf(
	"Record",
	"begin",
	"commit",
	"end",
	"abort",
	"checkpoint",
	"provisional",
	"expire",
);
const BEGIN = tagsOf("Begin", "transaction", "command", "steps");
const COMMIT = tagsOf("Commit", "transaction", "steps", "delta");
const PROVISIONAL = tagsOf("Provisional", "transaction", "deadline", "steps", "delta");
const EXPIRE = tagsOf("Expire", "transaction");
const END = tagsOf("End", "transaction", "delta");
const ABORT = tagsOf("Abort", "transaction");
const STEP = tagsOf("StepRecord", "label", "actions");
const ACTION = tagsOf("ActionRecord", "rtnetlink", "nftables", "sysctl", "unlink");
const MESSAGE = tagsOf("WireMessage", "message", "flags", "payload");
const RTNETLINK = tagsOf("RtnetlinkAction", "request", "only");
const NFTABLES = tagsOf("NftablesAction", "batch");
const SYSCTL = tagsOf("SysctlAction", "path", "value", "only");
const IDENTITY = tagsOf("LinkIdentity", "index", "name", "alias", "master");
const DELTA = tagsOf("Delta", "put", "drop", "up", "down");
const ENTRY = tagsOf("EntryRecord", "kind", "key", "made", "path");
const TAP = tagsOf("TapRecord", "report", "keys");

const w = new WireWriter();
/** Payloads, before their length is known. */
const payload = new Writer();

/** The bytes of a record, until the next is encoded. */
export function encodeRecord(record: JournalRecord): Uint8Array {
	w.reset();
	if ("begin" in record) {
		const { transaction, command, steps } = record.begin;
		const at = open(RECORD.begin);
		text(BEGIN.transaction, transaction);
		text(BEGIN.command, command);
		for (const step of steps) writeStep(BEGIN.steps, step);
		w.end(at);
	} else if ("commit" in record) {
		const { transaction, steps, delta } = record.commit;
		const at = open(RECORD.commit);
		text(COMMIT.transaction, transaction);
		for (const step of steps) writeStep(COMMIT.steps, step);
		writeDelta(COMMIT.delta, delta);
		w.end(at);
	} else if ("provisional" in record) {
		const { transaction, deadline, steps, delta } = record.provisional;
		const at = open(RECORD.provisional);
		text(PROVISIONAL.transaction, transaction);
		number(PROVISIONAL.deadline, deadline);
		for (const step of steps) writeStep(PROVISIONAL.steps, step);
		writeDelta(PROVISIONAL.delta, delta);
		w.end(at);
	} else if ("end" in record) {
		const { transaction, delta } = record.end;
		const at = open(RECORD.end);
		text(END.transaction, transaction);
		if (delta !== undefined) writeDelta(END.delta, delta);
		w.end(at);
	} else if ("abort" in record) {
		const at = open(RECORD.abort);
		text(ABORT.transaction, record.abort.transaction);
		w.end(at);
	} else if ("expire" in record) {
		const at = open(RECORD.expire);
		text(EXPIRE.transaction, record.expire.transaction);
		w.end(at);
	} else writeDelta(RECORD.checkpoint, record.checkpoint);
	return w.written;
}

/** A message begins; hand the result to `w.end`. */
function open(tag: number): number {
	w.varint(tag);
	return w.begin();
}
function text(tag: number, value: string): void {
	w.varint(tag);
	w.string(value);
}
function number(tag: number, value: number): void {
	w.varint(tag);
	w.varint(value);
}
function texts(tag: number, values: readonly string[]): void {
	for (const value of values) text(tag, value);
}

function writeStep(tag: number, { label, actions }: StepRecord): void {
	const at = open(tag);
	text(STEP.label, label);
	for (const action of actions) {
		const inner = open(STEP.actions);
		writeAction(action);
		w.end(inner);
	}
	w.end(at);
}

function writeAction(action: Action): void {
	switch (action.via) {
		case "rtnetlink": {
			const at = open(ACTION.rtnetlink);
			writeMessage(RTNETLINK.request, action.request);
			if (action.only !== undefined) writeIdentity(RTNETLINK.only, action.only);
			w.end(at);
			break;
		}
		case "nftables": {
			const at = open(ACTION.nftables);
			for (const message of action.batch) writeMessage(NFTABLES.batch, message);
			w.end(at);
			break;
		}
		case "sysctl": {
			const at = open(ACTION.sysctl);
			text(SYSCTL.path, action.path);
			text(SYSCTL.value, action.value);
			if (action.only !== undefined) text(SYSCTL.only, action.only);
			w.end(at);
			break;
		}
		case "unlink":
			writeIdentity(ACTION.unlink, action.link);
			break;
		default:
			// Making and persisting a tap undo themselves when the process dies; they are never recorded.
			throw new Error(`${action.via} has no place in the journal`);
	}
}

function writeMessage(tag: number, { message, flags, value }: Request): void {
	const at = open(tag);
	text(MESSAGE.message, nameOf(message));
	number(MESSAGE.flags, flags);
	payload.reset();
	message.write(payload, value as never);
	w.varint(MESSAGE.payload);
	w.bytes(payload.bytes, payload.length);
	w.end(at);
}

function writeIdentity(tag: number, { index, name, alias, master }: Identity): void {
	const at = open(tag);
	number(IDENTITY.index, index);
	text(IDENTITY.name, name);
	if (alias !== undefined) text(IDENTITY.alias, alias);
	if (master !== undefined) number(IDENTITY.master, master);
	w.end(at);
}

function writeDelta(tag: number, { put, drop, up, down }: Delta): void {
	const at = open(tag);
	for (const { kind, key, made, path } of put) {
		const entry = open(DELTA.put);
		text(ENTRY.kind, kind);
		text(ENTRY.key, key);
		text(ENTRY.made, JSON.stringify(made));
		text(ENTRY.path, path);
		w.end(entry);
	}
	texts(DELTA.drop, drop);
	for (const { report, keys } of up) {
		const tap = open(DELTA.up);
		text(TAP.report, JSON.stringify(report));
		texts(TAP.keys, keys);
		w.end(tap);
	}
	texts(DELTA.down, down);
	w.end(at);
}
