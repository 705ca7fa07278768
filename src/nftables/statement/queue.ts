import { NFT_QUEUE_FLAG_BYPASS, NFT_QUEUE_FLAG_CPU_FANOUT } from "../../uapi/nf_tables_const.js";
import { integer } from "../fact/datatype.js";
import { flagNames } from "../fact/name.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { QueueFlagJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import { type Emitter, registerNumber } from "../tree/emitter.js";
import type { Evaluation, Statement } from "../tree/evaluation.js";
import { statementOf } from "../tree/listed.js";
import type { Node } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData, Reading } from "../tree/reading.js";
import { constantNumber, range } from "../tree/reading.js";
import { evaluateArgument } from "./argument.js";

const flags = {
	bypass: NFT_QUEUE_FLAG_BYPASS,
	fanout: NFT_QUEUE_FLAG_CPU_FANOUT,
} as const satisfies Record<QueueFlagJson, number>;
const number = { datatype: integer, bits: 16, order: "host" } as const;

function parseQueue(at: Cursor, parser: Parser): Statement {
	const json = at.isNull ? {} : at.fields([], ["num", "flags"]);
	const given = json.flags?.flags(flags) ?? 0;
	let queue = json.num && parser.within("written").expression(json.num);
	return {
		name: "queue",
		path: at.path,
		terminal: true,
		evaluate(evaluation) {
			if (queue !== undefined) queue = evaluateQueue(queue, given, evaluation);
		},
		emit: (emitter) => emit(queue, given, emitter),
	};
}

function evaluateQueue(given: Node, flags: number, evaluation: Evaluation): Node {
	const queue = evaluateArgument(given, number, evaluation);
	if ((flags & NFT_QUEUE_FLAG_CPU_FANOUT) !== 0 && queue.kind !== "range")
		fail(queue, "fanout needs a range of queues");
	if (evaluation.expected.max > 0xffff) fail(queue, "a queue number has 16 bits");
	return queue;
}

const constant = (node: Node): number =>
	node.kind === "value" ? Number(node.value) : fail(node, "expected a number");

function emit(queue: Node | undefined, flags: number, emitter: Emitter): void {
	const common = { NFTA_QUEUE_FLAGS: flags || undefined };
	if (queue !== undefined && queue.kind !== "value" && queue.kind !== "range") {
		const from = emitter.source(queue);
		emitter.add("queue", { ...common, NFTA_QUEUE_SREG_QNUM: registerNumber(from) });
		return;
	}
	const [low, high] =
		queue === undefined
			? [0, 0]
			: queue.kind === "range"
				? [constant(queue.low), constant(queue.high)]
				: [constant(queue), constant(queue)];
	emitter.add("queue", {
		...common,
		NFTA_QUEUE_NUM: low,
		NFTA_QUEUE_TOTAL: (high - low + 1) & 0xffff,
	});
}

function listQueue(data: ReadData<"queue">, reading: Reading): Listed {
	const { NFTA_QUEUE_NUM: first = 0, NFTA_QUEUE_TOTAL: total = 1 } = data;
	const low = constantNumber(integer, first);
	const fixed = total > 1 ? range(low, constantNumber(integer, first + total - 1)) : low;
	const computed = reading.loadIf(data.NFTA_QUEUE_SREG_QNUM);
	return statementOf({ computed }, (nodes, printer) => ({
		queue: {
			num: printer.node(nodes.computed ?? fixed),
			...flagNames(flags, data.NFTA_QUEUE_FLAGS),
		},
	}));
}

/** Lets a program decide: the packet goes to a queue, or to one of a range of queues. */
export const queue: StatementDefinition = {
	parse: { queue: parseQueue },
	list: { queue: listQueue },
};
