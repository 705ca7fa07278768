import type { Cursor } from "../json/cursor.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";
import type { ReadData } from "../tree/reading.js";

function parseFlow(at: Cursor): Statement {
	const json = at.fields(["op", "flowtable"]);
	json.op.oneOf({ add: true });
	const name = json.flowtable.string();
	if (!name.startsWith("@") || name.length < 2)
		throw json.flowtable.fail('a flowtable is named like "@name"');
	return {
		name: "flow",
		path: at.path,
		evaluate() {},
		emit: (emitter) => emitter.add("flow_offload", { NFTA_FLOW_TABLE_NAME: name.slice(1) }),
	};
}

const listFlow = (data: ReadData<"flow_offload">): Listed =>
	constantStatement(() => ({ flow: { op: "add", flowtable: `@${data.NFTA_FLOW_TABLE_NAME}` } }));

/** Lets the connection bypass the ruleset through a flowtable. */
export const flow: StatementDefinition = {
	parse: { flow: parseFlow },
	list: { flow_offload: listFlow },
};
