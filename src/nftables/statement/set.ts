import {
	NFT_DYNSET_F_EXPR,
	NFT_DYNSET_OP_ADD,
	NFT_DYNSET_OP_DELETE,
	NFT_DYNSET_OP_UPDATE,
	NFT_SET_EVAL,
} from "../../uapi/nf_tables_const.js";
import { elementOfKey } from "../expression/set.js";
import { invalid } from "../fact/datatype.js";
import { nameOf } from "../fact/name.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { UpdateOperationJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { DataOf } from "../tree/emitter.js";
import type { Evaluation, Statement } from "../tree/evaluation.js";
import type { Element, Node } from "../tree/node.js";
import { type SetDeclaration, unevaluated } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData, Reading } from "../tree/reading.js";
import { PATH } from "../tree/reading.js";
import { isAnonymous, isMap } from "../tree/set.js";
import { statefulExpr } from "../tree/stateful.js";
import { setType } from "../tree/typing.js";
import { checkArgument, evaluateArgument } from "./argument.js";

const operations = {
	add: NFT_DYNSET_OP_ADD,
	update: NFT_DYNSET_OP_UPDATE,
	delete: NFT_DYNSET_OP_DELETE,
} as const satisfies Record<UpdateOperationJson, number>;

function parseReference(at: Cursor): Node {
	const name = at.string();
	if (!name.startsWith("@") || name.length < 2) throw at.fail('a set is named like "@name"');
	return { kind: "set name", path: at.path, ...unevaluated, name: name.slice(1) };
}
/** Parse statements that have a state. @throws NftError */
export function parseStateful(at: Cursor | undefined, parser: Parser): Statement[] {
	return (at?.list() ?? []).map((item) => {
		const statement = parser.statement(item);
		if (statement.stateful === undefined) throw item.fail(`${statement.name} has no state`);
		return statement;
	});
}

function parseSetStatement(at: Cursor, parser: Parser): Statement {
	const json = at.fields(["op", "elem", "set"], ["stmt"]);
	return update("set", at, json.op.oneOf(operations), parseReference(json.set), {
		key: elementOfKey(parser.within("updated").expression(json.elem)),
		statements: parseStateful(json.stmt, parser),
	});
}
function parseMapStatement(at: Cursor, parser: Parser): Statement {
	const json = at.fields(["op", "elem", "data", "map"], ["stmt"]);
	return update("map", at, json.op.oneOf(operations), parseReference(json.map), {
		key: elementOfKey(parser.within("updated").expression(json.elem)),
		data: elementOfKey(parser.within("updated").expression(json.data)),
		statements: parseStateful(json.stmt, parser),
	});
}

interface Parts {
	readonly key: Element;
	readonly data?: Element;
	readonly statements: readonly Statement[];
}

function update(
	name: "set" | "map",
	at: Cursor,
	operation: number,
	reference: Node,
	parts: Parts,
): Statement {
	const { key, data, statements } = parts;
	let set: SetDeclaration | undefined;
	return {
		name,
		path: at.path,
		evaluate(evaluation) {
			set = findTarget(reference, evaluation);
			if (name === "map" && !isMap(set)) fail(reference, "this is not a map");
			evaluateParts(set, parts, evaluation);
			// With this flag the kernel picks an implementation that packets can change.
			if (name === "set") set.flags |= NFT_SET_EVAL;
		},
		emit(emitter) {
			if (set === undefined) return;
			const { name, id } = set;
			emitter.withEach([key.key, data?.key], (keyRegister, dataRegister) =>
				emitter.add("dynset", {
					NFTA_DYNSET_SET_NAME: name,
					NFTA_DYNSET_SET_ID: id,
					NFTA_DYNSET_OP: operation,
					NFTA_DYNSET_SREG_KEY: keyRegister,
					NFTA_DYNSET_SREG_DATA: dataRegister,
					NFTA_DYNSET_TIMEOUT: key.timeout || undefined,
					...statementAttrs(statements),
				}),
			);
		},
	};
}

function statementAttrs(statements: readonly Statement[]): DataOf<"dynset"> {
	const exprs = statements.map(statefulExpr);
	const [only, second] = exprs;
	if (second !== undefined)
		return { NFTA_DYNSET_EXPRESSIONS: exprs, NFTA_DYNSET_FLAGS: NFT_DYNSET_F_EXPR };
	return only === undefined ? {} : { NFTA_DYNSET_EXPR: only };
}

function findTarget(reference: Node, evaluation: Evaluation): SetDeclaration {
	evaluation.expectType(undefined);
	const found = evaluation.evaluate(reference);
	return found.kind === "set reference" ? found.set : fail(reference, "this is not a set");
}

function evaluateParts(set: SetDeclaration, parts: Parts, evaluation: Evaluation): void {
	const { key, data, statements } = parts;
	const { datatype, bits, order } = set.key;
	// Evaluating the reference has made the set's key the expected value: a set declared with typeof needs its parts.
	key.key = checkArgument(evaluation.evaluate(key.key), { datatype, bits, order }, evaluation);
	if (key.comment !== undefined) fail(key, "an element that a packet adds has no comment");
	if (data !== undefined) evaluateData(set, data, evaluation);
	for (const statement of statements) statement.evaluate(evaluation);
}

function evaluateData(set: SetDeclaration, data: Element, evaluation: Evaluation): void {
	if (set.data === undefined) fail(data, "the map has no data");
	const { datatype, bits, order } = set.data;
	data.key = evaluateArgument(data.key, { datatype, bits, order }, evaluation);
	if (data.comment !== undefined || data.timeout !== undefined)
		fail(data, "data has neither a comment nor a timeout");
}

/** List an update of a set by a packet. */
function listSetUpdate(data: ReadData<"dynset">, reading: Reading): Listed {
	const set = reading.set(data.NFTA_DYNSET_SET_NAME);
	const elem = keyElement(data, set, reading);
	const value = reading.loadIf(data.NFTA_DYNSET_SREG_DATA, set.data?.bits);
	if (value !== undefined && set.data !== undefined)
		setType(value, set.data.datatype, set.data.order);
	const { NFTA_DYNSET_EXPR: only } = data;
	const stateful = only === undefined ? (data.NFTA_DYNSET_EXPRESSIONS ?? []) : [only];
	const statements = stateful.map(reading.stateful);
	const op = nameOf<keyof typeof operations, number>(operations, data.NFTA_DYNSET_OP ?? 0) ?? "add";
	let written = value;
	return {
		effect: true,
		key: elem,
		complete(completion) {
			completion.complete(elem);
			if (written !== undefined) written = completion.complete(written);
		},
		print(printer) {
			// Before nft 1.1 the set of a meter was anonymous, so it is listed only inside its rule.
			const [stmt] = statements;
			if (isAnonymous(set) && stmt !== undefined) {
				const { name, size } = set;
				const key = printer.node(elem);
				return { meter: { key, stmt: stmt.print(printer), ...(size && { size }), name } };
			}
			const common = {
				op,
				elem: printer.node(elem),
				...(statements.length > 0 && {
					stmt: statements.map((s) => s.print(printer.withoutState)),
				}),
			};
			if (written === undefined) return { set: { ...common, set: `@${set.name}` } };
			return { map: { ...common, data: printer.node(written), map: `@${set.name}` } };
		},
	};
}
function keyElement(data: ReadData<"dynset">, set: SetDeclaration, reading: Reading): Element {
	const key = reading.load(data.NFTA_DYNSET_SREG_KEY, set.key.bits);
	if (key.kind === "concat") {
		for (const [i, part] of key.parts.entries()) {
			const field = set.key.datatype.fields?.[i];
			if (field !== undefined) setType(part, field, field.order);
		}
	} else if (key.datatype === invalid) setType(key, set.key.datatype, set.key.order);
	const timeout = data.NFTA_DYNSET_TIMEOUT;
	const { datatype, order, bits } = key;
	return {
		kind: "elem",
		path: PATH,
		datatype,
		order,
		bits,
		key,
		statements: [],
		...(timeout && { timeout }),
	};
}

/** Adds a value from the packet to a set or map, or deletes it. */
export const setUpdate: StatementDefinition = {
	parse: { set: parseSetStatement, map: parseMapStatement },
	list: { dynset: listSetUpdate },
};
