/** Reads what stages and checks ask for, each fact once. */
import { readFileSync } from "node:fs";
import type { Kernel } from "../kernel/kernel.js";
import {
	type Link,
	readAddresses,
	readLink,
	readLinkByName,
	readNeighbours,
	readPorts,
	readSetting,
} from "../kernel/read.js";
import { request } from "../netlink/request.js";
import { Hooks } from "../nftables/machine/hook.js";
import { readRawRuleset } from "../nftables/machine/read.js";
import { type Rule, type Table, tablesOf } from "../nftables/machine/ruleset.js";
import { RuleWriter } from "../nftables/text/rule.js";
import { RTM_GETRULE, RTM_NEWRULE } from "../uapi/fib_rules.js";
import { IFF_LOOPBACK, IFF_LOWER_UP, IFF_NOARP, IFF_UP } from "../uapi/if.js";
import { IFA_F_TENTATIVE } from "../uapi/if_addr.js";
import { BR_STATE_FORWARDING, BRIDGE_VLAN_INFO_PVID } from "../uapi/if_bridge.js";
import {
	PF_BRIDGE_RTM_GETLINK,
	PF_BRIDGE_RTM_NEWLINK,
	RTEXT_FILTER_BRVLAN,
	RTM_GETLINK,
} from "../uapi/if_link.js";
import { IFF_TAP } from "../uapi/if_tun.js";
import { NTF_PROXY, RTM_GETNEIGH, RTM_NEWNEIGH } from "../uapi/neighbour.js";
import { RTM_GETROUTE, type RTM_NEWROUTE, RTN_UNICAST } from "../uapi/rtnetlink.js";
import { AF_BRIDGE, AF_INET, AF_INET6 } from "../uapi/socket.js";
import type {
	AddressFact,
	Facts,
	LinkFact,
	NeighbourFact,
	OurTap,
	PortFact,
	RouteFact,
	RouteQuery,
	RoutingRuleFact,
} from "./facts.js";
import { type MissingFeature, missingFeatures } from "./features.js";
import { namesIn, processesNamed, readProcesses } from "./processes.js";
import { readTunFeatures } from "./tun-features.js";

/** Answers the same question in the same way as long as one report is made. */
class Memo<K, V> {
	readonly #known = new Map<K, V>();
	get(key: K, read: () => V): V {
		if (!this.#known.has(key)) this.#known.set(key, read());
		return this.#known.get(key) as V;
	}
}

const NONE = new Uint8Array();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The facts of the host behind a kernel. Everything is read only once, so that a report is consistent. */
export class HostFacts implements Facts {
	readonly #kernel: Kernel;
	readonly #ours: (tap: string) => OurTap | undefined;
	readonly #links = new Memo<number, LinkFact | undefined>();
	readonly #named = new Memo<string, LinkFact | undefined>();
	readonly #ports = new Memo<number, readonly LinkFact[]>();
	readonly #addresses = new Memo<number, readonly AddressFact[]>();
	readonly #routes = new Memo<string, RouteFact>();
	readonly #neighbours = new Memo<number, readonly NeighbourFact[]>();
	readonly #fdb = new Memo<number, readonly { mac: string; port: number }[]>();
	readonly #pvids = new Memo<number, ReadonlyMap<number, number>>();
	readonly #settings = new Memo<string, string | undefined>();
	readonly #files = new Memo<string, string | undefined>();
	readonly #processes = new Memo<"all", ReturnType<typeof readProcesses>>();
	readonly #rules = new Memo<
		"rules",
		{ readonly tables: readonly Table[]; readonly hooks: Hooks }
	>();
	#writer: RuleWriter | undefined;

	/** `ours` returns the tap with a name if it is in the journal. */
	constructor(kernel: Kernel, ours: (tap: string) => OurTap | undefined) {
		this.#kernel = kernel;
		this.#ours = ours;
	}

	link(index: number): LinkFact | undefined {
		return this.#links.get(index, () => this.#fact(readLink(this.#kernel, index)));
	}
	linkNamed(name: string): LinkFact | undefined {
		return this.#named.get(name, () => this.#fact(readLinkByName(this.#kernel, name)));
	}
	counts(index: number): { readonly received: number; readonly sent: number } | undefined {
		const [outcome] = this.#kernel.rtnetlink([request(RTM_GETLINK, 0, { ifi_index: index })]);
		const stats = (outcome?.replies[0]?.value as Link | undefined)?.IFLA_STATS64;
		return stats && { received: Number(stats.rx_packets), sent: Number(stats.tx_packets) };
	}
	ports(bridge: number): readonly LinkFact[] {
		return this.#ports.get(bridge, () =>
			readPorts(this.#kernel, bridge).flatMap((link) => this.#fact(link) ?? []),
		);
	}

	addresses(index: number): readonly AddressFact[] {
		return this.#addresses.get(index, () =>
			readAddresses(this.#kernel, index).flatMap((one): AddressFact[] => {
				const address = one.IFA_LOCAL ?? one.IFA_ADDRESS;
				if (address === undefined) return [];
				const isTentative = ((one.IFA_FLAGS ?? one.ifa_flags) & IFA_F_TENTATIVE) !== 0;
				return [{ address, prefix: one.ifa_prefixlen, isTentative }];
			}),
		);
	}

	route(query: RouteQuery): RouteFact {
		const { destination, source = NONE, ...rest } = query;
		const key = `${hex(destination)} ${hex(source)} ${Object.entries(rest).sort().join(" ")}`;
		return this.#routes.get(key, () => this.#lookUp(query));
	}

	#lookUp(query: RouteQuery): RouteFact {
		const { destination, source, input, output, mark, protocol } = query;
		const ports =
			protocol === undefined
				? {}
				: {
						RTA_IP_PROTO: protocol,
						...(query.sourcePort && { RTA_SPORT: query.sourcePort }),
						...(query.destinationPort && { RTA_DPORT: query.destinationPort }),
					};
		const [outcome] = this.#kernel.rtnetlink([
			request(RTM_GETROUTE, 0, {
				rtm_family: destination.length === 4 ? AF_INET : AF_INET6,
				rtm_dst_len: 8 * destination.length,
				RTA_DST: destination,
				...(source !== undefined && { rtm_src_len: 8 * source.length, RTA_SRC: source }),
				...(input !== undefined && { RTA_IIF: input }),
				...(output !== undefined && { RTA_OIF: output }),
				...(mark && { RTA_MARK: mark }),
				...ports,
			}),
		]);
		if (outcome?.errno !== undefined) return { errno: outcome.errno, type: RTN_UNICAST };
		const found = outcome?.replies[0]?.value as ReturnType<typeof RTM_NEWROUTE.decode> | undefined;
		return {
			type: found?.rtm_type ?? RTN_UNICAST,
			output: found?.RTA_OIF,
			gateway: found?.RTA_GATEWAY ?? found?.RTA_VIA?.rtvia_addr,
			source: found?.RTA_PREFSRC,
			mtu: found?.RTA_METRICS?.RTAX_MTU,
		};
	}

	neighbours(index: number): readonly NeighbourFact[] {
		return this.#neighbours.get(index, () =>
			readNeighbours(this.#kernel, index).flatMap((one) =>
				one.NDA_DST === undefined
					? []
					: [
							{
								address: one.NDA_DST,
								mac: one.NDA_LLADDR,
								state: one.ndm_state,
								isProxy: (one.ndm_flags & NTF_PROXY) !== 0,
							},
						],
			),
		);
	}

	#entries(bridge: number): readonly { mac: string; port: number }[] {
		return this.#fdb.get(bridge, () =>
			this.#kernel
				.dump(RTM_GETNEIGH, RTM_NEWNEIGH, { ndm_family: AF_BRIDGE, NDA_MASTER: bridge })
				.flatMap((one) =>
					one.NDA_LLADDR === undefined
						? []
						: [{ mac: hex(one.NDA_LLADDR), port: one.ndm_ifindex, isLocal: one.ndm_state }],
				),
		);
	}
	portOf(bridge: number, mac: Uint8Array): number | undefined {
		const own = this.link(bridge)?.mac;
		if (own !== undefined && hex(own) === hex(mac)) return bridge;
		const entry = this.#entries(bridge).find((one) => one.mac === hex(mac));
		if (entry === undefined) return undefined;
		// The address of a port itself belongs to the host.
		const port = this.link(entry.port);
		return port !== undefined && hex(port.mac) === entry.mac ? bridge : entry.port;
	}
	learned(bridge: number, port: number): readonly Uint8Array[] {
		const own = hex(this.link(port)?.mac ?? NONE);
		return this.#entries(bridge)
			.filter(
				(one) =>
					one.port === port &&
					one.mac !== own &&
					!one.mac.startsWith("33") &&
					!one.mac.startsWith("01"),
			)
			.map(({ mac }) => Uint8Array.from(Buffer.from(mac, "hex")));
	}

	setting(path: string): string | undefined {
		return this.#settings.get(path, () => readSetting(this.#kernel, path));
	}
	file(path: string): string | undefined {
		return this.#files.get(path, () => {
			try {
				return readFileSync(path, "latin1");
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
				throw error;
			}
		});
	}

	tables(): readonly Table[] {
		return this.#ruleset().tables;
	}
	hooks(): Hooks {
		return this.#ruleset().hooks;
	}
	#ruleset() {
		return this.#rules.get("rules", () => {
			const tables = tablesOf(readRawRuleset(this.#kernel));
			return { tables, hooks: new Hooks(tables) };
		});
	}
	ruleText(table: Table, rule: Rule): string {
		this.#writer ??= new RuleWriter();
		return this.#writer.write(table, rule);
	}
	ours(tap: string): OurTap | undefined {
		return this.#ours(tap);
	}

	directory(path: string): readonly string[] {
		return namesIn(path);
	}
	processes(name: string): readonly number[] {
		return processesNamed(name, this.#processes.get("all", readProcesses));
	}
	routingRules(): readonly RoutingRuleFact[] {
		return this.#kernel
			.dump(RTM_GETRULE, RTM_NEWRULE, { family: AF_INET })
			.map(({ FRA_PRIORITY: priority = 0, FRA_TABLE, table }) => ({
				priority,
				table: FRA_TABLE ?? table,
			}));
	}
	tunFeatures(): number | undefined {
		return readTunFeatures();
	}
	missingFeatures(): readonly MissingFeature[] {
		return missingFeatures(this.#kernel);
	}

	#fact(link: Link | undefined): LinkFact | undefined {
		if (link === undefined) return undefined;
		const { ifi_flags: flags, ifi_index: index, IFLA_LINKINFO: info, IFLA_MASTER: master } = link;
		const has = (flag: number): boolean => (flags & flag) !== 0;
		return {
			index,
			name: link.IFLA_IFNAME ?? "",
			type: link.ifi_type,
			group: link.IFLA_GROUP ?? 0,
			isUp: has(IFF_UP),
			hasCarrier: has(IFF_LOWER_UP),
			isLoopback: has(IFF_LOOPBACK),
			resolves: !has(IFF_NOARP) && !has(IFF_LOOPBACK),
			mtu: link.IFLA_MTU ?? 0,
			mac: link.IFLA_ADDRESS ?? NONE,
			kind: info?.IFLA_INFO_KIND,
			master,
			port:
				info?.IFLA_INFO_SLAVE_KIND === "bridge" ? this.#port(index, master ?? 0, info) : undefined,
			...(info?.IFLA_INFO_KIND === "tun" && { tun: tunOf(info) }),
			...(info?.IFLA_INFO_KIND === "bridge" && { bridge: bridgeOf(info) }),
		};
	}

	#port(
		index: number,
		bridge: number,
		info: NonNullable<Link["IFLA_LINKINFO"]>,
	): PortFact | undefined {
		if (info.IFLA_INFO_SLAVE_KIND !== "bridge") return undefined;
		const data = info.IFLA_INFO_SLAVE_DATA ?? {};
		return {
			state: data.IFLA_BRPORT_STATE ?? BR_STATE_FORWARDING,
			isIsolated: data.IFLA_BRPORT_ISOLATED === 1,
			floods: data.IFLA_BRPORT_UNICAST_FLOOD !== 0,
			learns: data.IFLA_BRPORT_LEARNING !== 0,
			isLocked: data.IFLA_BRPORT_LOCKED === 1,
			isHairpin: data.IFLA_BRPORT_MODE === 1,
			pvid:
				this.link(bridge)?.bridge?.filtersVlans === true ? this.#pvidOf(bridge, index) : undefined,
		};
	}

	/** Read for all ports at once, and only if the bridge filters by VLAN. */
	#pvidOf(bridge: number, port: number): number | undefined {
		return this.#pvids
			.get(bridge, () => {
				const links = this.#kernel.dump(PF_BRIDGE_RTM_GETLINK, PF_BRIDGE_RTM_NEWLINK, {
					ifi_family: AF_BRIDGE,
					IFLA_EXT_MASK: RTEXT_FILTER_BRVLAN,
				});
				return new Map(
					links.flatMap(({ ifi_index, IFLA_AF_SPEC }) =>
						(IFLA_AF_SPEC?.IFLA_BRIDGE_VLAN_INFO ?? [])
							.filter(({ flags }) => (flags & BRIDGE_VLAN_INFO_PVID) !== 0)
							.map(({ vid }) => [ifi_index, vid] as const),
					),
				);
			})
			.get(port);
	}
}

type Info = NonNullable<Link["IFLA_LINKINFO"]>;

function tunOf(info: Info): LinkFact["tun"] {
	if (info.IFLA_INFO_KIND !== "tun") return undefined;
	const data = info.IFLA_INFO_DATA ?? {};
	return {
		isTap: data.IFLA_TUN_TYPE === IFF_TAP,
		owner: data.IFLA_TUN_OWNER,
		group: data.IFLA_TUN_GROUP,
		queues: data.IFLA_TUN_NUM_QUEUES ?? 0,
	};
}

function bridgeOf(info: Info): LinkFact["bridge"] {
	if (info.IFLA_INFO_KIND !== "bridge") return undefined;
	const data = info.IFLA_INFO_DATA ?? {};
	return {
		filtersVlans: data.IFLA_BR_VLAN_FILTERING === 1,
		callsIptables: data.IFLA_BR_NF_CALL_IPTABLES === 1,
		callsIp6tables: data.IFLA_BR_NF_CALL_IP6TABLES === 1,
	};
}
