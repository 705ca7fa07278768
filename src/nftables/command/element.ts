import { NLM_F_CREATE } from "../../uapi/netlink.js";
import {
	NFT_MSG_DELSETELEM,
	NFT_MSG_DESTROYSETELEM,
	NFT_MSG_NEWSETELEM,
} from "../../uapi/nf_tables.js";
import { parseSet } from "../expression/set.js";
import { evaluateElements } from "../expression/set-declaration.js";
import { encodePlain, newElements } from "../fast/plain-elements.js";
import { encodePlainIntervals } from "../fast/plain-intervals.js";
import type { Cursor } from "../json/cursor.js";
import { Evaluation } from "../tree/evaluation.js";
import type { Item } from "../tree/node.js";
import { hasEndElements } from "../tree/set.js";
import {
	type Compilation,
	createFlags,
	header,
	type Operation,
	parseHandle,
	parseName,
} from "./command.js";
import type { CompiledSet } from "./compiled-set.js";
import {
	type ElementMessage,
	elementMessages,
	emitMerged,
	type Sending,
} from "./element-message.js";
import { rulesetOf } from "./rule.js";

/** Compiles a command about elements of a set or map. @throws NftError */
export function compileElement(at: Cursor, operation: Operation, compilation: Compilation): void {
	const json = at.fields(["family", "table", "name", "elem"]);
	const handle = parseHandle(json);
	const name = parseName(json.name);
	const set = compilation.findSet(handle, name, json.name.path);
	const removes = operation === "delete" || operation === "destroy";
	if (!removes && operation !== "add" && operation !== "create")
		throw at.unsupported(`${operation} element`);
	const flags = removes ? 0 : createFlags(operation);
	const first = !removes && set.populated !== true;
	if (!removes && emitPlain(at.path, json.elem, set, { flags, first }, compilation)) return;
	const message = operation === "destroy" ? NFT_MSG_DESTROYSETELEM : NFT_MSG_DELSETELEM;
	const emit = (sent: ElementMessage, items: readonly Item[]): void => {
		for (const one of elementMessages(at.path, set, { message: sent, flags, first }, items))
			compilation.emit(one);
	};
	for (const items of evaluateParts(set, json.elem, compilation)) {
		if (first && items.length > 0) set.populated = true;
		if (set.merging === undefined) emit(removes ? message : NFT_MSG_NEWSETELEM, items);
		else if (removes) emit(message, set.merging.remove(items));
		else set.merging.add(items);
	}
	emitMerged(at.path, set, { flags: removes ? NLM_F_CREATE : flags, first }, compilation);
}

/**
 * How many elements are evaluated together: enough for a few messages. If a large map were evaluated as a whole, all
 * intermediate objects would live until it is sent, and slow down garbage collection.
 */
const PART = 1000;

/** Evaluate elements, those of a large set part by part. */
export function* evaluateParts(
	set: CompiledSet,
	elem: Cursor,
	compilation: Compilation,
): Generator<readonly Item[]> {
	const ruleset = rulesetOf(set, compilation);
	// Intervals are sorted and compared with each other, so they are evaluated as a whole.
	for (const part of hasEndElements(set) ? [elem] : elem.parts(PART)) {
		const evaluation = new Evaluation(ruleset, set.family);
		yield evaluateElements(set, parseSet(part, compilation.parser), evaluation).items;
	}
}

/** Emit elements that are plain keys, if messages are encoded at once. Returns whether they were. */
export function emitPlain(
	path: string,
	elem: Cursor,
	set: CompiledSet,
	{ flags, first }: Sending,
	compilation: Compilation,
): boolean {
	if (compilation.repetition === undefined || !Array.isArray(elem.value)) return false;
	const evaluation = new Evaluation(rulesetOf(set, compilation), set.family);
	const lists =
		encodePlain(set, elem.value, evaluation) ?? encodePlainIntervals(set, elem.value, first);
	if (lists === undefined) return false;
	if (lists.length > 0) set.populated = true;
	const message = newElements({
		...header(set.family),
		NFTA_SET_ELEM_LIST_TABLE: set.table,
		NFTA_SET_ELEM_LIST_SET: set.name,
		NFTA_SET_ELEM_LIST_SET_ID: set.id === 0 ? undefined : set.id,
	});
	for (const value of lists) compilation.emit({ message, flags, value, path });
	return true;
}
