/**
 * Encodes records as proto/umlnet/v1/journal.proto describes them. It is written out field by field because every guest
 * waits for its journal record: a generic writer would need an object for each message and take longer.
 */
import { tagsOf } from "../../../proto/protobuf.js";
import { WireWriter } from "../../../proto/wire.js";
import type { Delta } from "../../state.js";
import { writeAction } from "../action-record.js";
import { EFFECTS, type JournalRecord, type StepRecord } from "../record.js";

const RECORD = tagsOf(
	"Record",
	"begin",
	"commit",
	"end",
	"abort",
	"checkpoint",
	"provisional",
	"expire",
	"residual",
);
const BEGIN = tagsOf("Begin", "transaction", "command", "steps");
const COMMIT = tagsOf("Commit", "transaction", "steps", "delta");
const PROVISIONAL = tagsOf("Provisional", "transaction", "deadline", "steps", "delta");
const EXPIRE = tagsOf("Expire", "transaction");
const END = tagsOf("End", "transaction", "delta");
const ABORT = tagsOf("Abort", "transaction");
const RESIDUAL = tagsOf("Residual", "transaction", "command", "names", "steps");
const STEP = tagsOf("StepRecord", "label", "actions", "effect");
const DELTA = tagsOf("Delta", "put", "drop", "up", "down", "networks");
const ENTRY = tagsOf("EntryRecord", "kind", "key", "made", "path");
const NETWORK = tagsOf("NetworkRecord", "name", "spec");
const TAP = tagsOf("TapRecord", "report", "keys");

const w = new WireWriter();

/** The bytes of a record. They are valid until the next one is encoded. */
export function encodeRecord(record: JournalRecord): Uint8Array {
	w.reset();
	if ("begin" in record) {
		const { transaction, command, steps } = record.begin;
		const at = w.beginField(RECORD.begin);
		w.textField(BEGIN.transaction, transaction);
		w.textField(BEGIN.command, command);
		for (const step of steps) writeStep(BEGIN.steps, step);
		w.end(at);
	} else if ("commit" in record) {
		const { transaction, steps, delta } = record.commit;
		const at = w.beginField(RECORD.commit);
		w.textField(COMMIT.transaction, transaction);
		for (const step of steps) writeStep(COMMIT.steps, step);
		writeDelta(COMMIT.delta, delta);
		w.end(at);
	} else if ("provisional" in record) {
		const { transaction, deadline, steps, delta } = record.provisional;
		const at = w.beginField(RECORD.provisional);
		w.textField(PROVISIONAL.transaction, transaction);
		w.varintField(PROVISIONAL.deadline, deadline);
		for (const step of steps) writeStep(PROVISIONAL.steps, step);
		writeDelta(PROVISIONAL.delta, delta);
		w.end(at);
	} else if ("residual" in record) {
		const { transaction, command, names, steps } = record.residual;
		const at = w.beginField(RECORD.residual);
		w.textField(RESIDUAL.transaction, transaction);
		w.textField(RESIDUAL.command, command);
		for (const name of names) w.textField(RESIDUAL.names, name);
		for (const step of steps) writeStep(RESIDUAL.steps, step);
		w.end(at);
	} else if ("end" in record) {
		const { transaction, delta } = record.end;
		const at = w.beginField(RECORD.end);
		w.textField(END.transaction, transaction);
		if (delta !== undefined) writeDelta(END.delta, delta);
		w.end(at);
	} else if ("abort" in record) {
		const at = w.beginField(RECORD.abort);
		w.textField(ABORT.transaction, record.abort.transaction);
		w.end(at);
	} else if ("expire" in record) {
		const at = w.beginField(RECORD.expire);
		w.textField(EXPIRE.transaction, record.expire.transaction);
		w.end(at);
	} else writeDelta(RECORD.checkpoint, record.checkpoint);
	return w.written;
}

function texts(tag: number, values: readonly string[]): void {
	for (const value of values) w.textField(tag, value);
}

function writeStep(tag: number, { label, effect, actions }: StepRecord): void {
	const at = w.beginField(tag);
	w.textField(STEP.label, label);
	for (const action of actions) {
		const inner = w.beginField(STEP.actions);
		writeAction(w, action);
		w.end(inner);
	}
	if (effect !== undefined) w.varintField(STEP.effect, EFFECTS.indexOf(effect));
	w.end(at);
}

function writeDelta(tag: number, { put, drop, up, down, networks = [] }: Delta): void {
	const at = w.beginField(tag);
	for (const { kind, key, made, path } of put) {
		const entry = w.beginField(DELTA.put);
		w.textField(ENTRY.kind, kind);
		w.textField(ENTRY.key, key);
		w.textField(ENTRY.made, JSON.stringify(made));
		w.textField(ENTRY.path, path);
		w.end(entry);
	}
	texts(DELTA.drop, drop);
	for (const { report, keys } of up) {
		const tap = w.beginField(DELTA.up);
		w.textField(TAP.report, JSON.stringify(report));
		texts(TAP.keys, keys);
		w.end(tap);
	}
	texts(DELTA.down, down);
	for (const network of networks) {
		const inner = w.beginField(DELTA.networks);
		w.textField(NETWORK.name, network.name);
		w.textField(NETWORK.spec, JSON.stringify(network));
		w.end(inner);
	}
	w.end(at);
}
