/** Asks the kernel, with one look-up each, for the routes of packets that the host sends or forwards. */
import { familyOf, formatAddress, parseAddress } from "../../../src/inet/address.js";
import { request } from "../../../src/netlink/request.js";
import { NetlinkSocket } from "../../../src/netlink/socket.js";
import { factsOf, textOf } from "../../../src/oracle/facts.js";
import {
	AF_INET,
	AF_INET6,
	IFA_F_TEMPORARY,
	RTEXT_FILTER_SKIP_STATS,
	RTM_F_FIB_MATCH,
	RTM_F_LOOKUP_TABLE,
	RTM_GETADDR,
	RTM_GETLINK,
	RTM_GETROUTE,
	RTM_NEWADDR,
	RTM_NEWLINK,
} from "../../../src/uapi/index.js";
import { NETLINK_ROUTE } from "../../../src/uapi/netlink.js";
import { UPLINK } from "./draft.js";

/** A packet whose route is looked up. `by` and `in` mean that it leaves or arrives by the uplink. */
interface Packet {
	readonly to: string;
	readonly from?: string;
	readonly by?: true;
	readonly in?: true;
	readonly mark?: number;
	readonly tos?: number;
}
type Route = ReturnType<typeof RTM_GETROUTE.decode>;

/** A host beyond the uplink. */
const REMOTE = { 4: "198.18.7.7", 6: "2001:db8:ffff::7" };

/** Every type of packet to a destination, on a host with these addresses. */
function packetsTo(to: string, own: readonly string[]): Packet[] {
	const family = familyOf(parseAddress(to));
	const froms = own.filter((one) => familyOf(parseAddress(one)) === family);
	const remote = REMOTE[family];
	// A link-local or multicast address needs an interface: otherwise the kernel takes the oldest route.
	if (/^(fe80|ff..):/.test(to))
		return [
			{ to, by: true },
			{ to, in: true, from: "fe80::7" },
		];
	return [
		{ to },
		{ to, by: true },
		{ to, mark: 7 },
		{ to, tos: 8 },
		{ to, in: true, from: remote },
		{ to, in: true, from: remote, mark: 7 },
		...froms.map((from): Packet => ({ to, from })),
	];
}

const titleOf = ({ to, from, by, in: comes, mark, tos }: Packet): string =>
	[
		`a packet to ${to}`,
		from && `from ${from}`,
		by && "by the uplink",
		comes && "that came by the uplink",
		mark && `with mark ${mark}`,
		tos && `with tos ${tos}`,
	]
		.filter(Boolean)
		.join(" ");

/** The routes of packets as the kernel reports them, by packet. */
export type Ways = ReadonlyMap<string, Way>;
/** The facts of a route, or why there is none. */
type Way = ReadonlyMap<string, string> | string;

/** A snapshot of links and addresses, and look-ups of routes. */
export class Atlas {
	readonly #socket = new NetlinkSocket(NETLINK_ROUTE);
	readonly #names = new Map<number, string>();
	readonly #temporary = new Set<string>();
	/** The link that has the addresses of the uplink. */
	readonly #uplink: number;

	/** `uplink` is the link that now has the addresses of the uplink. In results it has the uplink's name. */
	constructor(uplink: string) {
		const IFLA_EXT_MASK = RTEXT_FILTER_SKIP_STATS;
		for (const { ifi_index, IFLA_IFNAME = "" } of this.#socket.dump(RTM_GETLINK, RTM_NEWLINK, {
			IFLA_EXT_MASK,
		}))
			this.#names.set(ifi_index, IFLA_IFNAME);
		this.#uplink = [...this.#names].find(([, name]) => name === uplink)?.[0] ?? 0;
		// The uplink, which is a port now, gets another name than the link that has replaced it.
		for (const [index, name] of this.#names)
			if (name === UPLINK && index !== this.#uplink) this.#names.set(index, `${name}, the port`);
		this.#names.set(this.#uplink, UPLINK);
		for (const { ifa_family, IFA_FLAGS = 0, IFA_ADDRESS } of this.#addresses())
			if (ifa_family === AF_INET6 && (IFA_FLAGS & IFA_F_TEMPORARY) !== 0 && IFA_ADDRESS)
				this.#temporary.add(formatAddress(IFA_ADDRESS));
	}

	#addresses() {
		return this.#socket.dump(RTM_GETADDR, RTM_NEWADDR, {});
	}

	/** The source addresses that packets through the uplink can have. */
	own(): string[] {
		return this.#addresses()
			.filter(({ ifa_index }) => ifa_index === this.#uplink)
			.map(({ IFA_LOCAL, IFA_ADDRESS }) => formatAddress((IFA_LOCAL ?? IFA_ADDRESS) as Uint8Array))
			.filter((address) => !address.startsWith("fe80:") && !this.#temporary.has(address));
	}

	/** The routes to all destinations. */
	ways(destinations: Iterable<string>, own: readonly string[]): Ways {
		const packets = [...destinations].flatMap((to) => packetsTo(to, own));
		const ways = new Map<string, Way>();
		for (const isWhole of [false, true]) {
			const outcomes = this.#socket.send(
				packets.map((packet) => request(RTM_GETROUTE, 0, this.#ask(packet, isWhole))),
			);
			for (const [i, { errno, replies }] of outcomes.entries()) {
				const title = `${isWhole ? "route" : "way"} of ${titleOf(packets[i] as Packet)}`;
				const found = replies[0]?.value as Route | undefined;
				ways.set(title, errno ?? (found === undefined ? "none" : this.#tell(found)));
			}
		}
		return ways;
	}

	close(): void {
		this.#socket.close();
	}

	#ask(
		{ to, from, by, in: comes, mark, tos = 0 }: Packet,
		isWhole: boolean,
	): Parameters<typeof RTM_GETROUTE.encode>[0] {
		const RTA_DST = parseAddress(to);
		const RTA_SRC = from === undefined ? undefined : parseAddress(from);
		const isV4 = RTA_DST.length === 4;
		// With strict checking IPv6 accepts no other flag (inet6_rtm_valid_getroute_req).
		const flags = isV4 ? RTM_F_LOOKUP_TABLE : 0;
		return {
			rtm_family: isV4 ? AF_INET : AF_INET6,
			rtm_dst_len: 8 * RTA_DST.length,
			rtm_src_len: RTA_SRC === undefined ? 0 : 8 * RTA_SRC.length,
			rtm_tos: isV4 ? tos : 0,
			rtm_flags: flags | (isWhole ? RTM_F_FIB_MATCH : 0),
			RTA_DST,
			RTA_SRC,
			RTA_OIF: by ? this.#uplink : undefined,
			RTA_IIF: comes ? this.#uplink : undefined,
			RTA_MARK: mark,
		};
	}

	/** Replace indexes by names, and remove what does not concern the route. */
	#tell({ RTA_CACHEINFO, RTA_UID, RTA_NH_ID, RTA_OIF, RTA_IIF, ...route }: Route): Way {
		const name = (index: number | undefined) => index && (this.#names.get(index) ?? `${index}`);
		const hops = route.RTA_MULTIPATH?.map(({ rtnh_ifindex, ...hop }) => ({
			dev: name(rtnh_ifindex),
			...hop,
		}));
		const facts = factsOf({
			dev: name(RTA_OIF),
			iif: name(RTA_IIF),
			...route,
			RTA_MULTIPATH: hops,
		});
		const plain = (value: string): string => (this.#temporary.has(value) ? "temporary" : value);
		return new Map([...facts].map(([fact, value]) => [fact, plain(value)]));
	}
}

/** The packets whose routes differ, one a line. */
export const strayed = (before: Ways, now: Ways): string[] =>
	[...before].flatMap(([packet, was]) => {
		const other = otherFacts(was, now.get(packet) ?? "none");
		return other === "" ? [] : [`${packet}: ${other}`];
	});

function otherFacts(was: Way, is: Way): string {
	if (was instanceof Map && is instanceof Map)
		return [...new Set([...was.keys(), ...is.keys()])]
			.filter((fact) => was.get(fact) !== is.get(fact))
			.map((fact) => `${fact} was ${was.get(fact) ?? "none"}, is ${is.get(fact) ?? "none"}`)
			.join("; ");
	const text = (way: Way): string => (way instanceof Map ? textOf(way) : (way as string));
	return was === is ? "" : `was ${text(was)}, is ${text(is)}`;
}
