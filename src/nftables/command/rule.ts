import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE } from "../../uapi/netlink.js";
import {
	NFT_MSG_DELRULE,
	NFT_MSG_DESTROYRULE,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
} from "../../uapi/nf_tables.js";
import { evaluateExpression } from "../expression/index.js";
import type { Cursor } from "../json/cursor.js";
import type { BatchMessage } from "../tree/batch-message.js";
import type { Ruleset } from "../tree/evaluation.js";
import type { SetDeclaration } from "../tree/node.js";
import { isAnonymous } from "../tree/set.js";
import {
	batchMessage,
	type Compilation,
	header,
	type Operation,
	parseHandle,
	parseName,
	type TableHandle,
} from "./command.js";
import { commentRecord } from "./comment.js";
import { elementMessages } from "./element-message.js";
import { emitRule, evaluateRule } from "./rule-body.js";
import type { RuleOrder, RuleRef } from "./rule-order.js";
import { encodeSet } from "./set-message.js";

/** Compiles a command about a rule. @throws NftError */
export function compileRule(at: Cursor, operation: Operation, compilation: Compilation): void {
	const repeated = at.isObject ? compilation.repetition?.message(at, operation) : undefined;
	if (repeated === undefined) compileNew(at, operation, compilation);
	else compilation.emit(repeated);
}

function compileNew(at: Cursor, operation: Operation, compilation: Compilation): void {
	const json = at.fields(["family", "table", "chain"], ["expr", "handle", "index", "comment"]);
	const table = parseHandle(json);
	const chain = parseName(json.chain);
	const { path } = at;
	const of = {
		...header(table.family),
		NFTA_RULE_TABLE: table.table,
		NFTA_RULE_CHAIN: chain,
	};
	const handle = json.handle?.bigint();
	const order = compilation.orders.of({ ...table, chain });
	if (operation === "delete" || operation === "destroy") {
		if (handle === undefined) throw at.fail('"handle" is missing');
		const message = operation === "delete" ? NFT_MSG_DELRULE : NFT_MSG_DESTROYRULE;
		order?.remove(handle);
		compilation.emit(batchMessage(path, message, 0, { ...of, NFTA_RULE_HANDLE: handle }));
		return;
	}
	const place = placeOf(at, operation, json, order);
	if (json.expr === undefined) throw at.fail('"expr" is missing');
	const given = json.expr.list().map((item) => compilation.parser.statement(item));
	const userdata = commentRecord(json.comment);
	const sets: SetDeclaration[] = [];
	const ruleset = rulesetOf(table, compilation, sets);
	const statements = evaluateRule(ruleset, table.family, given);
	const { expressions, variables, owners } = emitRule(statements);
	compilation.onRule?.(path, owners);
	const message = batchMessage(path, NFT_MSG_NEWRULE, place.flags, {
		...of,
		...place.value,
		...(order && put(order, operation, place.beside, compilation)),
		NFTA_RULE_EXPRESSIONS: expressions,
		NFTA_RULE_USERDATA: userdata,
	});
	compilation.emit(...sets.flatMap((set) => declarationMessages(path, set)), message);
	const isPlaced = order !== undefined || handle !== undefined;
	if (!isPlaced && !ruleset.refers && sets.length === 0 && variables.length > 0)
		compilation.repetition?.learn(at, operation, message, variables);
}

interface Place {
	readonly flags: number;
	readonly value: {
		readonly NFTA_RULE_HANDLE?: bigint;
		readonly NFTA_RULE_POSITION?: bigint;
		readonly NFTA_RULE_POSITION_ID?: number | undefined;
	};
	readonly beside?: RuleRef | undefined;
}
/** The position of the rule in the chain. */
function placeOf(
	at: Cursor,
	operation: Operation,
	json: { readonly handle?: Cursor; readonly index?: Cursor },
	order: RuleOrder | undefined,
): Place {
	const handle = json.handle?.bigint();
	const known = handle === undefined ? undefined : order?.withHandle(handle);
	if (operation === "replace") {
		if (handle === undefined) throw at.fail('"handle" is missing');
		return { flags: NLM_F_REPLACE, value: { NFTA_RULE_HANDLE: handle }, beside: known };
	}
	if (operation !== "add" && operation !== "insert") throw at.unsupported(`${operation} rule`);
	const flags = NLM_F_CREATE | (operation === "add" ? NLM_F_APPEND : 0);
	if (json.index !== undefined) {
		const beside = order?.at(json.index.u32());
		if (beside === undefined) throw json.index.fail("the chain has no rule of that index");
		const { NFTA_RULE_HANDLE: position, NFTA_RULE_ID: id } = beside;
		const value =
			position === undefined ? { NFTA_RULE_POSITION_ID: id } : { NFTA_RULE_POSITION: position };
		return { flags, value, beside };
	}
	const value = handle === undefined ? {} : { NFTA_RULE_POSITION: handle };
	return { flags, value, beside: known };
}

/** The rule gets a number, because others may be placed beside it by index. */
function put(
	order: RuleOrder,
	operation: Operation,
	beside: RuleRef | undefined,
	{ orders }: Compilation,
): RuleRef {
	const rule = { NFTA_RULE_ID: orders.nextId() };
	const place = operation === "insert" ? "before" : operation === "replace" ? "instead" : "after";
	order.put(rule, place, beside);
	return rule;
}

/** What a rule may refer to in its table. Sets that the rule itself declares are added to `declared`. */
export function rulesetOf(
	handle: TableHandle,
	compilation: Compilation,
	declared: SetDeclaration[] = [],
): Ruleset & { refers: boolean } {
	return {
		host: compilation.host,
		evaluate: evaluateExpression,
		/** Whether the rule refers to an existing set. */
		refers: false,
		findSet(name, path) {
			this.refers = true;
			return compilation.findSet(handle, name, path);
		},
		declare(set) {
			Object.assign(set, { table: handle.table, id: compilation.nextSetId() });
			if (!isAnonymous(set)) compilation.addSet(set);
			declared.push(set);
		},
	};
}

/** The messages that create a set declared by a rule, with its elements. */
function declarationMessages(path: string, set: SetDeclaration): BatchMessage[] {
	const of = header(set.family);
	const messages = [batchMessage(path, NFT_MSG_NEWSET, NLM_F_CREATE, { ...of, ...encodeSet(set) })];
	const sending = { message: NFT_MSG_NEWSETELEM, flags: NLM_F_CREATE, first: true };
	return [...messages, ...elementMessages(path, set, sending, set.elements?.items ?? [])];
}
