import { NFT_CT_EVENTMASK, NFT_CT_HELPER, NFT_CT_SECMARK } from "../../uapi/nf_tables_const.js";
import { NFT_OBJECT_CT_HELPER } from "../../uapi/nf_tables_obj.js";
import { listOf } from "../expression/binary-listing.js";
import { ctNode, printCt } from "../expression/ct.js";
import { evaluateField } from "../expression/exthdr.js";
import { exthdrOf } from "../expression/exthdr-listing.js";
import { printMeta } from "../expression/meta.js";
import { metaKeys } from "../fact/key.js";
import { byteLength } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Listed } from "../tree/completion.js";
import { isConstant } from "../tree/constant.js";
import type { StatementDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation, Statement } from "../tree/evaluation.js";
import { statementOf } from "../tree/listed.js";
import type { Ct, Exthdr, Meta, Node } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData, Reading } from "../tree/reading.js";
import { setType } from "../tree/typing.js";
import { evaluateArgument, rejectRange, type Target } from "./argument.js";
import { referenceNode } from "./objref.js";
import { listPayloadWrite, writePayload } from "./write-payload.js";

function parseMangle(at: Cursor, parser: Parser): Statement {
	const json = at.fields(["key", "value"]);
	const key = parser.expression(json.key);
	const value = parser.within("written").expression(json.value);
	switch (key.kind) {
		case "payload":
			return writePayload(at.path, key, value);
		case "exthdr":
			return writeExthdr(at.path, key, value);
		case "meta":
			return writeMeta(at.path, key, value);
		case "ct":
			if (key.key === NFT_CT_HELPER)
				return referenceNode("ct helper", NFT_OBJECT_CT_HELPER, at.path, value);
			return writeCt(at.path, key, value);
		default:
			throw json.key.fail("cannot be written to");
	}
}

/** A statement that writes the value of an expression to one place. */
function write(
	path: string,
	given: Node,
	evaluate: (value: Node, evaluation: Evaluation) => Node,
	emit: (from: Register, emitter: Emitter) => void,
): Statement {
	let value = given;
	return {
		name: "mangle",
		path,
		evaluate(evaluation) {
			value = rejectRange(evaluate(value, evaluation));
		},
		emit: (emitter) => emit(emitter.source(value), emitter),
	};
}

function evaluateWide(value: Node, target: Target, evaluation: Evaluation): Node {
	evaluation.statementBits = target.bits;
	return evaluateArgument(value, target, evaluation);
}

function writeMeta(path: string, { key, datatype, bits, order }: Meta, given: Node): Statement {
	return write(
		path,
		given,
		(value, evaluation) => evaluateWide(value, { datatype, bits, order }, evaluation),
		(from, emitter) =>
			emitter.add("meta", { NFTA_META_SREG: registerNumber(from), NFTA_META_KEY: key }),
	);
}

function writeCt(path: string, ct: Ct, given: Node): Statement {
	const { key, datatype, bits, order, direction } = ct;
	return write(
		path,
		given,
		(value, evaluation) => {
			const result = evaluateWide(value, { datatype, bits, order }, evaluation);
			if (key === NFT_CT_SECMARK && isConstant(result)) fail(value, "a secmark is not a constant");
			return result;
		},
		(from, emitter) =>
			emitter.add("ct", {
				NFTA_CT_SREG: registerNumber(from),
				NFTA_CT_KEY: key,
				NFTA_CT_DIRECTION: direction,
			}),
	);
}

function writeExthdr(path: string, key: Exthdr, given: Node): Statement {
	return write(
		path,
		given,
		(value, evaluation) => {
			const target = evaluateField(key, evaluation);
			const { datatype, bits } = target;
			return evaluateArgument(value, { datatype, bits, order: "big" }, evaluation);
		},
		(from, emitter) =>
			emitter.add("exthdr", {
				NFTA_EXTHDR_SREG: registerNumber(from),
				NFTA_EXTHDR_TYPE: key.header.type,
				NFTA_EXTHDR_OFFSET: key.offset >> 3,
				NFTA_EXTHDR_LEN: byteLength(key.bits),
				NFTA_EXTHDR_OP: key.header.op,
			}),
	);
}

function listMetaWrite(data: ReadData<"meta">, reading: Reading): Listed | undefined {
	if (data.NFTA_META_DREG !== undefined) return undefined;
	const value = reading.load(data.NFTA_META_SREG);
	const key = Object.values(metaKeys).find((k) => k.key === data.NFTA_META_KEY);
	if (key !== undefined) setType(value, key.datatype, key.order);
	return statementOf({ value }, (nodes, printer) => ({
		mangle: { key: printMeta({ key: key?.key ?? 0 }), value: printer.node(nodes.value) },
	}));
}

function listCtWrite(data: ReadData<"ct">, reading: Reading): Listed | undefined {
	if (data.NFTA_CT_DREG !== undefined) return undefined;
	const value = reading.load(data.NFTA_CT_SREG);
	const key = ctNode(data.NFTA_CT_KEY, data.NFTA_CT_DIRECTION);
	setType(value, key.datatype, key.order);
	return statementOf({ value }, (nodes, printer) => ({
		mangle: {
			key: printCt(key),
			value: printer.node(key.key === NFT_CT_EVENTMASK ? listOf(nodes.value) : nodes.value),
		},
	}));
}

function listExthdrWrite(data: ReadData<"exthdr">, reading: Reading): Listed | undefined {
	if (data.NFTA_EXTHDR_DREG !== undefined || data.NFTA_EXTHDR_SREG === undefined) return undefined;
	const value = reading.load(data.NFTA_EXTHDR_SREG);
	const key = exthdrOf(data);
	setType(value, key.datatype, "big");
	return {
		effect: true,
		complete() {},
		print: (printer) => ({ mangle: { key: printer.node(key), value: printer.node(value) } }),
	};
}

/** Changes the packet, its metadata or its connection. */
export const mangle: StatementDefinition = {
	parse: { mangle: parseMangle },
	list: {
		meta: listMetaWrite,
		ct: listCtWrite,
		exthdr: listExthdrWrite,
		payload: listPayloadWrite,
	},
};
