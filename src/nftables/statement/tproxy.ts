import { NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6 } from "../../uapi/netfilter.js";
import { inetService, ipv4Addr, ipv6Addr } from "../fact/datatype.js";
import { type IpVersionJson, ipVersions } from "../fact/family.js";
import { nameOf } from "../fact/name.js";
import { TRANSPORT } from "../fact/protocol.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData, Reading } from "../tree/reading.js";
import { setType } from "../tree/typing.js";
import { checkVersion, evaluateAddress, evaluatePort } from "./address.js";
import { rejectRange } from "./argument.js";

function parseTproxy(at: Cursor, parser: Parser): Statement {
	const json = at.fields([], ["family", "addr", "port"]);
	let family = json.family?.oneOf(ipVersions) ?? 0;
	let addr = json.addr && parser.within("written").expression(json.addr);
	let port = json.port && parser.within("written").expression(json.port);
	if (addr === undefined && port === undefined) throw at.fail("needs an address or a port");
	return {
		name: "tproxy",
		path: at.path,
		evaluate(evaluation) {
			const own = evaluation.family;
			if (own === NFPROTO_IPV4 || own === NFPROTO_IPV6) family ||= own;
			else if (own !== NFPROTO_INET) fail(at, "tproxy is for ip, ip6 and inet");
			if (evaluation.protocols.at(TRANSPORT) === undefined)
				fail(at, "tproxy needs a match of the transport protocol before it");
			checkVersion(at, family, evaluation);
			if (addr !== undefined) {
				const found = evaluateAddress(addr, family, evaluation);
				addr = rejectRange(found.node);
				family = found.family;
			}
			if (port !== undefined) port = rejectRange(evaluatePort(port, undefined, evaluation));
		},
		emit: (emitter) =>
			emitter.withEach([addr, port], (addrRegister, portRegister) =>
				emitter.add("tproxy", {
					NFTA_TPROXY_FAMILY: family,
					NFTA_TPROXY_REG_ADDR: addrRegister,
					NFTA_TPROXY_REG_PORT: portRegister,
				}),
			),
	};
}

function listTproxy(data: ReadData<"tproxy">, reading: Reading): Listed {
	let addr = reading.loadIf(data.NFTA_TPROXY_REG_ADDR);
	let port = reading.loadIf(data.NFTA_TPROXY_REG_PORT);
	const { NFTA_TPROXY_FAMILY: version = 0 } = data;
	const isIp = version === NFPROTO_IPV4;
	if (addr !== undefined) setType(addr, isIp ? ipv4Addr : ipv6Addr, "big");
	if (port !== undefined) setType(port, inetService, "big");
	const family =
		reading.family === NFPROTO_INET
			? nameOf<IpVersionJson, number>(ipVersions, version)
			: undefined;
	return {
		effect: true,
		complete(completion) {
			if (addr !== undefined) addr = completion.complete(addr);
			// The port needs the check of the transport protocol, so the check stays listed.
			if (port !== undefined) {
				completion.context.checks.clear();
				port = completion.complete(port);
			}
		},
		print: (printer) => ({
			tproxy: {
				...(family && { family }),
				...(addr && { addr: printer.node(addr) }),
				...(port && { port: printer.node(port) }),
			},
		}),
	};
}

/** Passes the packet to a local socket without changing it. */
export const tproxy: StatementDefinition = {
	parse: { tproxy: parseTproxy },
	list: { tproxy: listTproxy },
};
