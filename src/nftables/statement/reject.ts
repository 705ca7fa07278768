import {
	NFPROTO_ARP,
	NFPROTO_BRIDGE,
	NFPROTO_INET,
	NFPROTO_IPV4,
	NFPROTO_IPV6,
	NFPROTO_NETDEV,
} from "../../uapi/netfilter.js";
import {
	NFT_REJECT_ICMP_UNREACH,
	NFT_REJECT_ICMPX_PORT_UNREACH,
	NFT_REJECT_ICMPX_UNREACH,
	NFT_REJECT_TCP_RST,
} from "../../uapi/nf_tables_const.js";
import { payloadDependency, payloadNode } from "../expression/dependency.js";
import { type Datatype, icmpCode, icmpv6Code, icmpxCode, parseConstant } from "../fact/datatype.js";
import { symbolOf } from "../fact/format.js";
import * as protocol from "../fact/protocol.js";
import { type Field, LINK, NETWORK, type Protocol, TRANSPORT } from "../fact/protocol.js";
import type { Cursor } from "../json/cursor.js";
import { fail } from "../json/error.js";
import type { StatementJson } from "../json/statement.js";
import type { Completion, Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Evaluation, Statement } from "../tree/evaluation.js";
import type { ReadData } from "../tree/reading.js";

interface Answer {
	type: number;
	code: number | undefined;
	/** The IP version that an ICMP type belongs to. */
	family?: number;
}
const types: Readonly<Record<string, Answer & { codes?: Datatype }>> = {
	"tcp reset": { type: NFT_REJECT_TCP_RST, code: 0 },
	icmpx: { type: NFT_REJECT_ICMPX_UNREACH, code: 0, codes: icmpxCode },
	icmp: { type: NFT_REJECT_ICMP_UNREACH, code: 0, family: NFPROTO_IPV4, codes: icmpCode },
	icmpv6: { type: NFT_REJECT_ICMP_UNREACH, code: 0, family: NFPROTO_IPV6, codes: icmpv6Code },
};
/** The code of the answer, by the IP version. */
const portUnreachable: Readonly<Record<number, number | undefined>> = {
	[NFPROTO_IPV4]: icmpCode.symbols?.["port-unreachable"],
	[NFPROTO_IPV6]: icmpv6Code.symbols?.["port-unreachable"],
};

function parseReject(at: Cursor): Statement {
	const json = at.isNull ? {} : at.fields([], ["type", "expr"]);
	const given = json.type?.oneOf(types);
	const code = json.expr;
	const node = { path: at.path };
	let answer: Answer;
	return {
		name: "reject",
		path: at.path,
		terminal: true,
		evaluate(evaluation) {
			answer = given === undefined ? defaultAnswer(node, evaluation) : { ...given };
			if (code !== undefined) answer.code = codeOf(code, given?.codes, evaluation);
			check(node, answer, evaluation);
		},
		emit: (emitter) =>
			emitter.add("reject", {
				NFTA_REJECT_TYPE: answer.type,
				NFTA_REJECT_ICMP_CODE: answer.code,
			}),
	};
}

function codeOf(at: Cursor, codes: Datatype | undefined, { ruleset }: Evaluation): number {
	if (codes === undefined) throw at.fail("only an icmp answer has a code");
	const text = at.isString ? at.string() : `${at.u8()}`;
	const constant = parseConstant(codes, text, ruleset.host) ?? decimal(text);
	if (constant === undefined || constant.value > 255n)
		throw at.fail(`"${text}" is not a valid ${codes.name}`);
	return Number(constant.value);
}
const decimal = (text: string): { value: bigint } | undefined =>
	/^\d{1,3}$/.test(text) ? { value: BigInt(text) } : undefined;

type At = { readonly path: string };
/** Port unreachable, in the ICMP of the IP version that is known. */
function defaultAnswer(at: At, { family, protocols }: Evaluation): Answer {
	const known = protocols.at(NETWORK);
	const version =
		family === NFPROTO_IPV4 || family === NFPROTO_IPV6
			? family
			: known === protocol.ip
				? NFPROTO_IPV4
				: known === protocol.ip6
					? NFPROTO_IPV6
					: undefined;
	if (version !== undefined)
		return {
			type: NFT_REJECT_ICMP_UNREACH,
			code: portUnreachable[version],
			family: version,
		};
	if (known !== undefined) return fail(at, `what carries ${known.name} cannot be rejected`);
	return { type: NFT_REJECT_ICMPX_UNREACH, code: NFT_REJECT_ICMPX_PORT_UNREACH };
}

function check(at: At, answer: Answer, evaluation: Evaluation): void {
	const { family, protocols } = evaluation;
	const transport = protocols.at(TRANSPORT);
	if (answer.type === NFT_REJECT_TCP_RST && transport !== undefined && transport !== protocol.tcp)
		fail(at, `${transport.name} has no tcp reset`);
	switch (family) {
		case NFPROTO_ARP:
			fail(at, "arp cannot be rejected");
			break;
		case NFPROTO_IPV4:
		case NFPROTO_IPV6:
			if (answer.type === NFT_REJECT_ICMPX_UNREACH)
				fail(at, "icmpx is for families of both IP versions");
			if (answer.type === NFT_REJECT_TCP_RST) require(at, answer, evaluation);
			else if (answer.family !== family) fail(at, "the answer is of the other IP version");
			return;
		case NFPROTO_BRIDGE:
		case NFPROTO_NETDEV: {
			const link = protocols.at(LINK);
			if (link !== protocol.ether && link !== protocol.vlan && link !== protocol.netdev)
				fail(at, "what this link layer carries cannot be rejected");
			break;
		}
		case NFPROTO_INET:
			break;
	}
	checkVersion(at, answer, evaluation);
	if (answer.type !== NFT_REJECT_ICMPX_UNREACH) require(at, answer, evaluation);
}

function checkVersion(at: At, answer: Answer, { protocols, family }: Evaluation): void {
	const known = protocols.at(NETWORK);
	if (known === undefined) return;
	if (known !== protocol.ip && known !== protocol.ip6) {
		if (family !== NFPROTO_INET || answer.type === NFT_REJECT_ICMP_UNREACH)
			fail(at, `${known.name} cannot be rejected`);
		return;
	}
	const version = known === protocol.ip ? NFPROTO_IPV4 : NFPROTO_IPV6;
	if (answer.type === NFT_REJECT_ICMP_UNREACH && answer.family !== version)
		fail(at, "the answer is of the other IP version");
}

/**
 * The checks that the answer needs come first in the rule: otherwise a log statement before it would log other packets
 * as well.
 */
function require(at: At, answer: Answer, evaluation: Evaluation): void {
	const { protocols } = evaluation;
	if (answer.type === NFT_REJECT_TCP_RST) {
		if (protocols.at(TRANSPORT) === undefined)
			first(at, evaluation, protocol.tcp, protocol.tcp.fields.sport as Field);
		return;
	}
	if (protocols.at(NETWORK) !== undefined) return;
	const version = answer.family === NFPROTO_IPV4 ? protocol.ip : protocol.ip6;
	first(at, evaluation, version, version.fields.version as Field);
}
function first(at: At, evaluation: Evaluation, of: Protocol, field: Field): void {
	evaluation.insertFirst(payloadDependency(evaluation, payloadNode(at.path, of, field)));
}

/** Find the IP version of an ICMP answer. A check that is there only for the answer is not listed. */
function completeAnswer(type: number | undefined, completion: Completion): number {
	const { protocols } = completion.context;
	switch (protocols.family) {
		case NFPROTO_IPV4:
		case NFPROTO_IPV6:
			if (type === NFT_REJECT_TCP_RST) completion.release(TRANSPORT);
			return protocols.family;
		case NFPROTO_INET:
		case NFPROTO_BRIDGE:
		case NFPROTO_NETDEV: {
			if (type === NFT_REJECT_ICMPX_UNREACH) return 0;
			const known = protocols.at(NETWORK);
			completion.release(NETWORK);
			if (known === protocol.ip) return NFPROTO_IPV4;
			return known === protocol.ip6 ? NFPROTO_IPV6 : 0;
		}
		default:
			return 0;
	}
}

function listReject(data: ReadData<"reject">): Listed {
	const { NFTA_REJECT_TYPE: type, NFTA_REJECT_ICMP_CODE: code = 0 } = data;
	let family = 0;
	return {
		effect: true,
		complete(completion) {
			family = completeAnswer(type, completion);
		},
		print() {
			const [name, answer] =
				Object.entries(types).find(
					([, known]) =>
						known.type === type && (known.family === undefined || known.family === family),
				) ?? [];
			if (name === undefined) return { reject: null };
			const expr = answer?.codes && symbolOf(answer.codes, BigInt(code));
			return { reject: { type: name, ...(expr !== undefined && { expr }) } } as StatementJson;
		},
	};
}

/** Drops the packet and notifies its sender. */
export const reject: StatementDefinition = {
	parse: { reject: parseReject },
	list: { reject: listReject },
};
