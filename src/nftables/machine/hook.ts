import {
	NF_ACCEPT,
	NF_INET_INGRESS,
	NF_INET_LOCAL_IN,
	NF_INET_LOCAL_OUT,
	NF_INET_POST_ROUTING,
	NF_INET_PRE_ROUTING,
	NF_IP_PRI_NAT_DST,
	NF_IP_PRI_NAT_SRC,
	NF_NETDEV_INGRESS,
	NFPROTO_INET,
	NFPROTO_IPV4,
	NFPROTO_IPV6,
	NFPROTO_NETDEV,
} from "../../uapi/netfilter.js";
import {
	IPS_DST_NAT,
	IPS_DST_NAT_DONE,
	IPS_SRC_NAT,
	IPS_SRC_NAT_DONE,
} from "../../uapi/nf_conntrack_common.js";
import { type ChainResult, type Giver, runChain } from "./chain.js";
import type { Choices } from "./choices.js";
import { type Connection, reversed, type Translation, type Tuple } from "./connection.js";
import type { HookPoint, World } from "./evaluation.js";
import type { Device, Packet } from "./packet.js";
import type { Chain, Table } from "./ruleset.js";

/** NF_IP_PRI_CONNTRACK of linux/netfilter_ipv4.h. Only from there on a packet has a flow. */
const PRI_CONNTRACK = -200;

/** How a packet left a hook. */
export interface Passed {
	/** NF_ACCEPT, NF_DROP, NF_STOLEN */
	readonly code: number;
	/** What decided, unless the packet was accepted. */
	readonly by: Giver | undefined;
	/** The base chains that it went through, in order. */
	readonly chains: readonly ChainResult[];
	/** The translations that were made here. */
	readonly nat: readonly {
		readonly kind: "snat" | "dnat";
		readonly to: Translation;
		readonly by: Giver;
	}[];
}

/** The base chains that a hook calls, in the kernel's order. */
export class Hooks {
	readonly #tables: readonly Table[];
	readonly #known = new Map<string, readonly Chain[]>();

	constructor(tables: readonly Table[]) {
		this.#tables = tables;
	}

	/** By priority. Of equal ones the newer comes first, as in nf_hook_entries_grow(). */
	at({ family, hook }: HookPoint, device?: Device): readonly Chain[] {
		const key = `${family} ${hook} ${device?.name ?? ""}`;
		const known = this.#known.get(key);
		if (known !== undefined) return known;
		const chains = this.#tables
			.filter(({ isDormant }) => !isDormant)
			.flatMap((table) => [...table.chains.values()])
			.filter((chain) => isCalled(chain, { family, hook }, device))
			.reverse()
			.toSorted((a, b) => (a.base?.priority ?? 0) - (b.base?.priority ?? 0));
		this.#known.set(key, chains);
		return chains;
	}
}

function isCalled({ table, base }: Chain, { family, hook }: HookPoint, device?: Device): boolean {
	if (base === undefined) return false;
	if (family === NFPROTO_NETDEV) {
		const isIngress = hook === NF_NETDEV_INGRESS;
		const isHere =
			(table.family === NFPROTO_NETDEV && base.hook === hook) ||
			(table.family === NFPROTO_INET && base.hook === NF_INET_INGRESS && isIngress);
		return isHere && base.devices.some((name) => isNamed(device?.name ?? "", name));
	}
	const isInet = family === NFPROTO_IPV4 || family === NFPROTO_IPV6;
	const isOurs = table.family === family || (isInet && table.family === NFPROTO_INET);
	return isOurs && base.hook === hook && base.hook !== NF_INET_INGRESS;
}

const isNamed = (name: string, wanted: string): boolean =>
	wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;

/** The part of a hook to run: all of it, or what is between two priorities. */
export interface Part {
	readonly from?: number;
	readonly below?: number;
}

interface Step {
	readonly priority: number;
	readonly run: (passage: Passage) => ChainResult | undefined;
}

/**
 * Run a packet through a hook: the chains of all tables, with connection tracking and NAT at their places between them.
 */
export function traverse(
	hooks: Hooks,
	packet: Packet,
	point: HookPoint,
	world: World,
	choices: Choices,
	{ from = Number.NEGATIVE_INFINITY, below = Number.POSITIVE_INFINITY }: Part = {},
): Passed {
	const device = point.family === NFPROTO_NETDEV ? (packet.in ?? packet.out) : undefined;
	const all = hooks.at(point, device);
	const passage = new Passage(packet, point, world, choices, all.filter(isNat));
	const steps: Step[] = all
		.filter((chain) => !isNat(chain))
		.map((chain) => ({ priority: chain.base?.priority ?? 0, run: (one) => one.through(chain) }));
	steps.push(...passage.ofConntrack());
	for (const { priority, run } of steps.toSorted((a, b) => a.priority - b.priority)) {
		if (priority < from || priority >= below) continue;
		const result = run(passage);
		if (result !== undefined && result.code !== NF_ACCEPT) return passage.end(result);
	}
	return passage.end(undefined);
}

const isNat = ({ base }: Chain): boolean => base?.type === "nat";

/** One packet in one hook. */
class Passage {
	readonly #packet: Packet;
	readonly #point: HookPoint;
	readonly #world: World;
	readonly #choices: Choices;
	readonly #nat: readonly Chain[];
	readonly #chains: ChainResult[] = [];
	readonly #done: { kind: "snat" | "dnat"; to: Translation; by: Giver }[] = [];

	constructor(
		packet: Packet,
		point: HookPoint,
		world: World,
		choices: Choices,
		nat: readonly Chain[],
	) {
		this.#packet = packet;
		this.#point = point;
		this.#world = world;
		this.#choices = choices;
		this.#nat = nat;
	}

	through(chain: Chain): ChainResult {
		const result = runChain(chain, this.#packet, this.#point, this.#world, this.#choices);
		this.#chains.push(result);
		return result;
	}

	end(result: ChainResult | undefined): Passed {
		const { code, by } = result ?? { code: NF_ACCEPT, by: undefined };
		return { code, by, chains: this.#chains, nat: this.#done };
	}

	/** Connection tracking and NAT are hooks of the IP families only, each with a priority of its own. */
	ofConntrack(): Step[] {
		const { family, hook } = this.#point;
		if (family !== NFPROTO_IPV4 && family !== NFPROTO_IPV6) return [];
		const steps: Step[] = [];
		if (hook === NF_INET_PRE_ROUTING || hook === NF_INET_LOCAL_OUT) {
			steps.push({ priority: PRI_CONNTRACK, run: () => this.#track() });
			steps.push({ priority: NF_IP_PRI_NAT_DST, run: () => this.#translate("dnat") });
		}
		if (hook === NF_INET_POST_ROUTING || hook === NF_INET_LOCAL_IN)
			steps.push({ priority: NF_IP_PRI_NAT_SRC, run: () => this.#translate("snat") });
		return steps;
	}

	#track(): undefined {
		const packet = this.#packet;
		if (!packet.isUntracked) packet.connection ??= newConnection(packet, this.#point.family);
	}

	/** nf_nat_inet_fn(). The first rule that decides for a new flow decides for all of it. */
	#translate(kind: "snat" | "dnat"): ChainResult | undefined {
		const flow = this.#packet.connection;
		if (flow === undefined) return undefined;
		const done = kind === "snat" ? IPS_SRC_NAT_DONE : IPS_DST_NAT_DONE;
		if (flow.state === "new" && (flow.status & done) === 0) {
			for (const chain of this.#nat) {
				const result = this.through(chain);
				if (result.code !== NF_ACCEPT) return result;
				if (result.nat !== undefined) {
					this.#done.push({ kind, to: result.nat.to, by: result.by });
					this.#packet.connection = translated(flow, kind, result.nat.to);
					break;
				}
			}
			(this.#packet.connection as Connection).status |= done;
		}
		rewrite(this.#packet, kind);
		return undefined;
	}
}

/** The flow that its first packet creates. */
export function newConnection(packet: Packet, family: number): Connection {
	const { l4proto = 0 } = packet.headers();
	const original: Tuple = {
		source: packet.source,
		destination: packet.destination,
		sourcePort: packet.sourcePort,
		destinationPort: packet.destinationPort,
	};
	return {
		state: "new",
		direction: "original",
		protocol: l4proto,
		family,
		original,
		reply: reversed(original),
		status: 0,
		mark: 0,
	};
}

function translated(
	flow: Connection,
	kind: "snat" | "dnat",
	{ address, port }: Translation,
): Connection {
	const { reply } = flow;
	const changed: Tuple =
		kind === "dnat"
			? { ...reply, source: address ?? reply.source, sourcePort: port ?? reply.sourcePort }
			: {
					...reply,
					destination: address ?? reply.destination,
					destinationPort: port ?? reply.destinationPort,
				};
	// nf_nat_setup_info(): what is translated to itself is not translated.
	if (isSame(changed, reply)) return { ...flow };
	const status = flow.status | (kind === "dnat" ? IPS_DST_NAT : IPS_SRC_NAT);
	return { ...flow, reply: changed, status };
}

const isSame = (a: Tuple, b: Tuple): boolean =>
	Buffer.compare(a.source, b.source) === 0 &&
	Buffer.compare(a.destination, b.destination) === 0 &&
	a.sourcePort === b.sourcePort &&
	a.destinationPort === b.destinationPort;

/** Give the packet the addresses of its flow: its destination first, its source last. */
function rewrite(packet: Packet, kind: "snat" | "dnat"): void {
	const flow = packet.connection;
	if (flow === undefined) return;
	const target = flow.direction === "original" ? reversed(flow.reply) : reversed(flow.original);
	if (kind === "dnat") {
		packet.destination = target.destination;
		packet.destinationPort = target.destinationPort;
	} else {
		packet.source = target.source;
		packet.sourcePort = target.sourcePort;
	}
}

/** The flow as an answer sees it. */
export const answering = (flow: Connection): Connection => ({
	...flow,
	state: "established",
	direction: "reply",
});
