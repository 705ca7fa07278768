import {
	NF_NAT_RANGE_PROTO_SPECIFIED,
	NFPROTO_INET,
	NFPROTO_IPV4,
	NFPROTO_IPV6,
} from "../../uapi/netfilter.js";
import { NFT_NAT_DNAT, NFT_NAT_SNAT } from "../../uapi/nf_tables_const.js";
import { ipVersions } from "../fact/family.js";
import { natFlags } from "../fact/flag.js";
import { ip, ip6, NETWORK } from "../fact/protocol.js";
import { registers } from "../fact/value.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { NatTypeFlagJson } from "../json/statement.js";
import type { StatementDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation, Statement } from "../tree/evaluation.js";
import type { Node } from "../tree/node.js";
import type { Parser } from "../tree/parser.js";
import {
	checkVersion,
	evaluateAddress,
	evaluateAddressAndPort,
	evaluatePort,
	isAddressAndPort,
} from "./address.js";
import { listMasquerade, listNat, listRedirect, type NatKind } from "./nat-listing.js";

const INTERVAL = 1;
const CONCAT = 2;
const typeFlags = { interval: INTERVAL, prefix: 4, concat: CONCAT } as const satisfies Record<
	NatTypeFlagJson,
	number
>;

interface Nat {
	readonly kind: NatKind;
	readonly path: string;
	family: number;
	addr: Node | undefined;
	port: Node | undefined;
	flags: number;
	/** Whether the address map gives an address and a port, and whether those are ranges. */
	concat: boolean;
	interval: boolean;
}

const parseNat =
	(kind: NatKind) =>
	(at: Cursor, parser: Parser): Statement => {
		const json = at.isNull ? {} : at.fields([], ["family", "addr", "port", "flags", "type_flags"]);
		const wanted = json.type_flags?.flags(typeFlags) ?? 0;
		const nat: Nat = {
			kind,
			path: at.path,
			family: json.family?.oneOf(ipVersions) ?? 0,
			addr: json.addr && parser.within("written").expression(json.addr),
			port: json.port && parser.within("written").expression(json.port),
			flags: json.flags?.flags(natFlags) ?? 0,
			concat: (wanted & CONCAT) !== 0,
			interval: (wanted & INTERVAL) !== 0,
		};
		const hasAddress = kind === "snat" || kind === "dnat";
		if (!hasAddress && nat.addr !== undefined) throw at.fail(`${kind} takes no address`);
		return {
			name: kind,
			path: at.path,
			terminal: true,
			evaluate: (evaluation) => evaluate(nat, evaluation),
			emit: (emitter) => emit(nat, emitter),
		};
	};

function evaluate(nat: Nat, evaluation: Evaluation): void {
	nat.family = natFamily(nat, evaluation);
	if (nat.addr !== undefined) {
		checkVersion(nat, nat.family, evaluation);
		if (isAddressAndPort(nat.addr, evaluation) || nat.concat) {
			if (nat.port !== undefined) fail(nat, "the map gives the port already");
			nat.concat = true;
			const found = evaluateAddressAndPort(nat.addr, nat.family, evaluation);
			nat.addr = found.node;
			nat.family = found.family;
			nat.interval ||= found.interval;
			return;
		}
		const found = evaluateAddress(nat.addr, nat.family, evaluation);
		nat.addr = found.node;
		nat.family = found.family;
	}
	if (nat.port !== undefined) {
		nat.port = evaluatePort(nat.port, nat.addr, evaluation);
		nat.flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	}
}

function natFamily({ family, addr, path }: Nat, evaluation: Evaluation): number {
	switch (evaluation.family) {
		case NFPROTO_IPV4:
		case NFPROTO_IPV6:
			return family === 0 ? evaluation.family : family;
		case NFPROTO_INET:
			if (addr === undefined) return NFPROTO_INET;
			return family === 0 ? matchedVersion(evaluation) : family;
		default:
			return fail({ path }, "nat is for ip, ip6 and inet");
	}
}

/** The IP version that the rule has matched; 0 if none. */
function matchedVersion({ protocols }: Evaluation): number {
	const known = protocols.at(NETWORK);
	return known === ip ? NFPROTO_IPV4 : known === ip6 ? NFPROTO_IPV6 : 0;
}

const addressBits = (family: number): number => (family === NFPROTO_IPV4 ? 32 : 128);

/** The registers with the ends of the address and of the port. */
interface Registers {
	addrMin?: Register;
	addrMax?: Register;
	portMin?: Register;
	portMax?: Register;
}

function loadEnds(
	node: Node,
	emitter: Emitter,
	use: (low: Register, high: Register | undefined) => void,
): void {
	if (node.kind !== "range") {
		emitter.take(4, (low) => {
			emitter.load(node, low);
			use(low, undefined);
		});
		return;
	}
	emitter.take(4, (low) =>
		emitter.take(4, (high) => {
			emitter.load(node.low, low);
			emitter.load(node.high, high);
			use(low, high);
		}),
	);
}

function emit(nat: Nat, emitter: Emitter): void {
	const { addr, port } = nat;
	const used: Registers = {};
	const withPort = (): void => {
		if (port === undefined) {
			finish(nat, used, emitter);
			return;
		}
		loadEnds(port, emitter, (low, high) => {
			used.portMin = low;
			if (high !== undefined) used.portMax = high;
			finish(nat, used, emitter);
		});
	};
	if (addr === undefined) {
		withPort();
		return;
	}
	loadEnds(addr, emitter, (low, high) => {
		used.addrMin = low;
		if (high !== undefined) used.addrMax = high;
		spreadMap(nat, low, used);
		withPort();
	});
}

/** The data of a map has its parts one behind the other: address, port, and both again if they are ranges. */
function spreadMap({ addr, family, concat, interval }: Nat, low: Register, used: Registers): void {
	const step = registers(addressBits(family));
	const ranges =
		addr?.kind === "map" &&
		addr.mappings.kind === "set reference" &&
		addr.mappings.set.dataIsInterval;
	if (!concat) {
		if (ranges) used.addrMax = low + step;
		return;
	}
	if (ranges) used.portMin = low + step;
	if (interval) used.addrMax = low + step + (ranges ? 1 : 0);
	const port = low + step + (ranges ? 1 : 0) + (interval ? step : 0);
	if (interval) used.portMax = port;
	else used.portMin = port;
}

function finish({ kind, family, flags }: Nat, used: Registers, emitter: Emitter): void {
	const number = (register: Register | undefined): number | undefined =>
		register === undefined ? undefined : registerNumber(register);
	const [portMin, portMax] = [number(used.portMin), number(used.portMax)];
	if (kind === "masquerade")
		emitter.add("masq", {
			NFTA_MASQ_FLAGS: flags || undefined,
			NFTA_MASQ_REG_PROTO_MIN: portMin,
			NFTA_MASQ_REG_PROTO_MAX: portMax,
		});
	else if (kind === "redirect")
		emitter.add("redir", {
			NFTA_REDIR_REG_PROTO_MIN: portMin,
			NFTA_REDIR_REG_PROTO_MAX: portMax,
			NFTA_REDIR_FLAGS: flags || undefined,
		});
	else
		emitter.add("nat", {
			NFTA_NAT_TYPE: kind === "snat" ? NFT_NAT_SNAT : NFT_NAT_DNAT,
			NFTA_NAT_FAMILY: family,
			NFTA_NAT_REG_ADDR_MIN: number(used.addrMin),
			NFTA_NAT_REG_ADDR_MAX: number(used.addrMax),
			NFTA_NAT_REG_PROTO_MIN: portMin,
			NFTA_NAT_REG_PROTO_MAX: portMax,
			NFTA_NAT_FLAGS: flags || undefined,
		});
}

/** Translates the source or the destination of a connection. */
export const nat: StatementDefinition = {
	parse: {
		snat: parseNat("snat"),
		dnat: parseNat("dnat"),
		masquerade: parseNat("masquerade"),
		redirect: parseNat("redirect"),
	},
	list: { nat: listNat, masq: listMasquerade, redir: listRedirect },
};
