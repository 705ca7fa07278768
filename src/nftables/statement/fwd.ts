import { NFPROTO_IPV4, NFPROTO_NETDEV } from "../../uapi/netfilter.js";
import { ifaceIndex, ipv4Addr, ipv6Addr } from "../fact/datatype.js";
import { ipVersions } from "../fact/family.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import { statementOf } from "../tree/listed.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData, Reading } from "../tree/reading.js";
import { setType } from "../tree/typing.js";
import { evaluateArgument, rejectRange } from "./argument.js";

const device = { datatype: ifaceIndex, bits: 32, order: "host" } as const;

function parseFwd(at: Cursor, parser: Parser): Statement {
	const json = at.fields(["dev"], ["family", "addr"]);
	let dev = parser.within("written").expression(json.dev);
	let addr = json.addr && parser.within("written").expression(json.addr);
	const family = json.family?.oneOf(ipVersions);
	if ((addr === undefined) !== (family === undefined)) throw at.fail("addr and family go together");
	return {
		name: "fwd",
		path: at.path,
		terminal: true,
		evaluate(evaluation) {
			if (evaluation.family !== NFPROTO_NETDEV) fail(at, "fwd is for the netdev family");
			dev = rejectRange(evaluateArgument(dev, device, evaluation));
			if (addr === undefined) return;
			const datatype = family === NFPROTO_IPV4 ? ipv4Addr : ipv6Addr;
			const target = { datatype, bits: datatype.size, order: "big" } as const;
			addr = rejectRange(evaluateArgument(addr, target, evaluation));
		},
		emit(emitter) {
			emitter.withEach([dev, addr], (devRegister, addrRegister) =>
				emitter.add("fwd", {
					NFTA_FWD_SREG_DEV: devRegister,
					NFTA_FWD_SREG_ADDR: addrRegister,
					NFTA_FWD_NFPROTO: family,
				}),
			);
		},
	};
}

function listFwd(data: ReadData<"fwd">, reading: Reading): Listed {
	const dev = reading.load(data.NFTA_FWD_SREG_DEV);
	const addr = reading.loadIf(data.NFTA_FWD_SREG_ADDR);
	setType(dev, ifaceIndex, "host");
	const isIp = data.NFTA_FWD_NFPROTO === NFPROTO_IPV4;
	if (addr !== undefined) setType(addr, isIp ? ipv4Addr : ipv6Addr, "big");
	return statementOf({ dev, addr }, (nodes, printer) => ({
		fwd: {
			dev: printer.node(nodes.dev),
			...(nodes.addr && { family: isIp ? "ip" : "ip6", addr: printer.node(nodes.addr) }),
		},
	}));
}

/** Sends the packet out of another device. */
export const fwd: StatementDefinition = {
	parse: { fwd: parseFwd },
	list: { fwd: listFwd },
};
