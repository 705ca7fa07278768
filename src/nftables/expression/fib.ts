import {
	NFT_FIB_RESULT_ADDRTYPE,
	NFT_FIB_RESULT_OIF,
	NFT_FIB_RESULT_OIFNAME,
	NFTA_FIB_F_DADDR,
	NFTA_FIB_F_IIF,
	NFTA_FIB_F_MARK,
	NFTA_FIB_F_OIF,
	NFTA_FIB_F_PRESENT,
	NFTA_FIB_F_SADDR,
} from "../../uapi/nf_tables_const.js";
import { booleanType, fibAddrType, ifaceIndex, ifname } from "../fact/datatype.js";
import { flagNames } from "../fact/name.js";
import type { Cursor } from "../json/cursor.js";
import type { Expression, FibFlagJson } from "../json/expression.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Fib, Node } from "../tree/node.js";
import { PATH, type ReadData, type Reading } from "../tree/reading.js";

const flags = {
	saddr: NFTA_FIB_F_SADDR,
	daddr: NFTA_FIB_F_DADDR,
	mark: NFTA_FIB_F_MARK,
	iif: NFTA_FIB_F_IIF,
	oif: NFTA_FIB_F_OIF,
} as const satisfies Record<FibFlagJson, number>;
const results = {
	oif: [NFT_FIB_RESULT_OIF, ifaceIndex, 32],
	oifname: [NFT_FIB_RESULT_OIFNAME, ifname, ifname.size],
	type: [NFT_FIB_RESULT_ADDRTYPE, fibAddrType, 32],
	check: [NFT_FIB_RESULT_OIF, booleanType, 8],
} as const;

function parseFib(at: Cursor): Fib {
	const json = at.fields(["result"], ["flags"]);
	const given = json.flags?.flags(flags) ?? 0;
	const exactly = (a: number, b: number): boolean => (given & (a | b)) === (a | b);
	if ((given & (NFTA_FIB_F_SADDR | NFTA_FIB_F_DADDR)) === 0)
		throw at.fail("a lookup needs the flag saddr or daddr");
	if (exactly(NFTA_FIB_F_SADDR, NFTA_FIB_F_DADDR)) throw at.fail("either saddr or daddr");
	if (exactly(NFTA_FIB_F_IIF, NFTA_FIB_F_OIF)) throw at.fail("either iif or oif");
	const [result, datatype, bits] = json.result.oneOf(results);
	const present = json.result.value === "check" ? NFTA_FIB_F_PRESENT : 0;
	const common = { datatype, order: "host", bits } as const;
	return { kind: "fib", path: at.path, ...common, result, flags: given | present };
}

/** A lookup that is compared with true or false only asks whether there is a result. */
export function askPresence(node: Fib): void {
	node.flags |= NFTA_FIB_F_PRESENT;
	node.datatype = booleanType;
	node.bits = 8;
}
const evaluateFib = (node: Fib, evaluation: Evaluation): Node => evaluation.expectLike(node);

function loadFib(node: Fib, emitter: Emitter, to: Register): void {
	emitter.add("fib", {
		NFTA_FIB_DREG: registerNumber(to),
		NFTA_FIB_RESULT: node.result,
		NFTA_FIB_FLAGS: node.flags,
	});
}

/** Read a lookup in the routing tables. */
export function readFib(data: ReadData<"fib">, reading: Reading): void {
	const { NFTA_FIB_RESULT: result = 0, NFTA_FIB_FLAGS: given = 0 } = data;
	const known = Object.values(results).find(([number]) => number === result);
	const [, datatype, bits] = known ?? results.oif;
	const present = (given & NFTA_FIB_F_PRESENT) !== 0;
	reading.store(data.NFTA_FIB_DREG, {
		kind: "fib",
		path: PATH,
		datatype: present ? booleanType : datatype,
		order: "host",
		bits: present ? 8 : bits,
		result,
		flags: given,
	});
}
/** A lookup that is compared with true or false only checks presence, but nft lists it with its result. */
export function forgetPresence(compared: Node): void {
	if (compared.kind === "concat") compared.parts.forEach(forgetPresence);
	if (compared.kind === "fib") compared.flags &= ~NFTA_FIB_F_PRESENT;
}
function printFib({ result: number, flags: given }: Fib): Expression {
	const isCheck = number === NFT_FIB_RESULT_OIF && (given & NFTA_FIB_F_PRESENT) !== 0;
	const name = Object.entries(results).find(([, [known]]) => known === number)?.[0];
	return { fib: { result: isCheck ? "check" : name, ...flagNames(flags, given) } } as Expression;
}

/** The result of looking up the packet's addresses in the routing tables. */
export const fib = {
	parse: { fib: parseFib },
	read: { fib: readFib },
	nodes: { fib: { evaluate: evaluateFib, load: loadFib, print: printFib } },
} satisfies ExpressionDefinition;
