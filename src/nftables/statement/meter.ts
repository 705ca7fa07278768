import {
	NFT_DYNSET_OP_ADD,
	NFT_DYNSET_OP_UPDATE,
	NFT_SET_EVAL,
	NFT_SET_TIMEOUT,
} from "../../uapi/nf_tables_const.js";
import { elementOfKey } from "../expression/set.js";
import { evaluateDeclaration } from "../expression/set-declaration.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import { isConstant } from "../tree/constant.js";
import type { StatementDefinition } from "../tree/definition.js";
import { registerNumber } from "../tree/emitter.js";
import type { Statement } from "../tree/evaluation.js";
import type { SetDeclaration } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";

function parseMeter(at: Cursor, parser: Parser): Statement {
	const json = at.fields(["name", "key", "stmt"], ["size"]);
	const name = json.name.string();
	const key = elementOfKey(parser.within("updated").expression(json.key));
	const statement = parser.statement(json.stmt);
	const size = json.size?.u32();
	let set: SetDeclaration | undefined;
	return {
		name: "meter",
		path: at.path,
		evaluate(evaluation) {
			evaluation.expectType(undefined);
			key.key = evaluation.evaluate(key.key);
			if (isConstant(key.key)) fail(key, "the key of a meter must come from the packet");
			set = {
				path: at.path,
				family: evaluation.family,
				table: "",
				name,
				id: 0,
				flags: NFT_SET_EVAL | (key.timeout === undefined ? 0 : NFT_SET_TIMEOUT),
				// nft does not record the expression that a meter's set is keyed by.
				key: { ...key, datatype: key.key.datatype, bits: key.key.bits },
				dataIsInterval: false,
				automerge: false,
				statements: [],
				fields: [],
				...(size !== undefined && { size }),
			};
			evaluateDeclaration(set);
			evaluation.ruleset.declare(set);
			statement.evaluate(evaluation);
		},
		emit(emitter) {
			emitter.with(key.key, (from) =>
				emitter.add("dynset", {
					NFTA_DYNSET_SET_NAME: name,
					NFTA_DYNSET_SET_ID: set?.id,
					NFTA_DYNSET_OP: key.timeout === undefined ? NFT_DYNSET_OP_ADD : NFT_DYNSET_OP_UPDATE,
					NFTA_DYNSET_SREG_KEY: registerNumber(from),
					NFTA_DYNSET_TIMEOUT: key.timeout,
					NFTA_DYNSET_EXPR: statement.stateful?.() ?? fail(statement, "has no state"),
				}),
			);
		},
	};
}

/** A statement with a state for each key: using it declares a dynamic set. */
export const meter: StatementDefinition = {
	parse: { meter: parseMeter },
};
