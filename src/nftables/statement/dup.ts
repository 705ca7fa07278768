import { NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_NETDEV } from "../../uapi/netfilter.js";
import { ifaceIndex, ipv4Addr, ipv6Addr } from "../fact/datatype.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import { statementOf } from "../tree/listed.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData, Reading } from "../tree/reading.js";
import { setType } from "../tree/typing.js";
import { evaluateAddress } from "./address.js";
import { evaluateArgument, rejectRange } from "./argument.js";

const device = { datatype: ifaceIndex, bits: 32, order: "host" } as const;

function parseDup(at: Cursor, parser: Parser): Statement {
	const json = at.fields(["addr"], ["dev"]);
	let to = parser.within("written").expression(json.addr);
	let dev = json.dev && parser.within("written").expression(json.dev);
	let toDevice = false;
	return {
		name: "dup",
		path: at.path,
		evaluate(evaluation) {
			const { family } = evaluation;
			toDevice = family === NFPROTO_NETDEV;
			if (toDevice) {
				if (dev !== undefined) fail(at, "in the netdev family addr is the device");
				to = rejectRange(evaluateArgument(to, device, evaluation));
				return;
			}
			if (family !== NFPROTO_IPV4 && family !== NFPROTO_IPV6)
				fail(at, "dup is for ip, ip6 and netdev");
			to = rejectRange(evaluateAddress(to, 0, evaluation).node);
			if (dev !== undefined) dev = rejectRange(evaluateArgument(dev, device, evaluation));
		},
		emit(emitter) {
			emitter.withEach([to, dev], (toRegister, devRegister) =>
				emitter.add("dup", {
					NFTA_DUP_SREG_ADDR: toDevice ? undefined : toRegister,
					NFTA_DUP_SREG_DEV: toDevice ? toRegister : devRegister,
				}),
			);
		},
	};
}

function listDup(data: ReadData<"dup">, reading: Reading): Listed {
	const to = reading.loadIf(data.NFTA_DUP_SREG_ADDR);
	const dev = reading.loadIf(data.NFTA_DUP_SREG_DEV);
	if (to !== undefined && reading.family === NFPROTO_IPV4) setType(to, ipv4Addr, "big");
	if (to !== undefined && reading.family === NFPROTO_IPV6) setType(to, ipv6Addr, "big");
	if (dev !== undefined) setType(dev, ifaceIndex, "host");
	const nodes = to === undefined ? { addr: dev, dev: undefined } : { addr: to, dev };
	return statementOf(nodes, ({ addr, dev }, printer) => ({
		dup: {
			addr: addr === undefined ? "" : printer.node(addr),
			...(dev && { dev: printer.node(dev) }),
		},
	}));
}

/** Sends a copy of the packet elsewhere: to an address, or in the netdev family to a device. */
export const dup: StatementDefinition = {
	parse: { dup: parseDup },
	list: { dup: listDup },
};
