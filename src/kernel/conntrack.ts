import { type Request, request } from "../netlink/request.js";
import type { NetlinkSocketOptions } from "../netlink/socket.js";
import { NETLINK_NETFILTER } from "../uapi/netlink.js";
import {
	CTA_FILTER_F_CTA_PROTO_DST_PORT,
	CTA_FILTER_F_CTA_PROTO_NUM,
	IPCTNL_MSG_CT_DELETE,
	IPCTNL_MSG_CT_GET,
	IPCTNL_MSG_CT_NEW,
} from "../uapi/nfnetlink_conntrack.js";
import { FreshSocket } from "./fresh-socket.js";
import { ifThere } from "./if-there.js";
import type { Flow, HostPort, Subnet } from "./kernel.js";
import type { Destination } from "./read.js";

const COUNT = "net/netfilter/nf_conntrack_count";
type Entry = ReturnType<typeof IPCTNL_MSG_CT_NEW.decode>;

/**
 * Connection tracking: the flows of guests that the kernel remembers, and how their source addresses were translated.
 */
export class ConntrackDriver {
	readonly #socket: FreshSocket;
	readonly #readSysctl: (path: string) => string;

	constructor(options: NetlinkSocketOptions, readSysctl: (path: string) => string) {
		this.#socket = new FreshSocket(NETLINK_NETFILTER, options);
		this.#readSysctl = readSysctl;
	}

	/** Delete the flows from or to one of the subnets. */
	forget(subnets: readonly Subnet[]): void {
		if (subnets.length === 0 || this.#isEmpty()) return;
		this.#socket.use((socket) => {
			const entries = socket.dump(IPCTNL_MSG_CT_GET, IPCTNL_MSG_CT_NEW, {});
			const theirs = entries.filter((entry) => subnets.some((subnet) => touches(entry, subnet)));
			socket.send(theirs.map(deletion));
		});
	}

	/**
	 * Delete the flows that were sent to these ports. `isLocal` tells whether packets to an address are for this host.
	 */
	forgetTo(ports: readonly HostPort[], isLocal: (to: Destination) => boolean): void {
		if (ports.length === 0 || this.#isEmpty()) return;
		const locals = new Map<string, boolean>();
		const isHost = (to: Destination): boolean => {
			const key = Buffer.from(to.address).toString("hex");
			const known = locals.get(key) ?? isLocal(to);
			locals.set(key, known);
			return known;
		};
		const wanted = portIndex(ports);
		this.#forget(ports, (entry) => {
			const { family, protocol, port, address } = goalOf(entry);
			const asked = wanted.get(`${family} ${protocol} ${port}`) ?? [];
			return asked.some((one) =>
				one.address === undefined
					? isHost({ family, address })
					: Buffer.compare(one.address, address) === 0,
			);
		});
	}

	/** Delete the flows for which the predicate is true. This lists all of them. */
	end(isForbidden: (flow: Flow) => boolean): void {
		if (this.#isEmpty()) return;
		this.#forget([], (entry) => isForbidden(flowOf(entry)));
	}

	/** For one port the kernel lists its flows only; for several ports all flows are listed once. */
	#forget([first, ...others]: readonly HostPort[], isMeant: (entry: Entry) => boolean): void {
		const filter = first !== undefined && others.length === 0 ? filterOf(first) : {};
		this.#socket.use((socket) => {
			const entries = socket.dump(IPCTNL_MSG_CT_GET, IPCTNL_MSG_CT_NEW, filter);
			socket.send(entries.filter(isMeant).map(deletion));
		});
	}

	/** Reading this count saves walking the whole hash table, and most hosts have no flows. */
	#isEmpty(): boolean {
		// Without connection tracking this file does not exist.
		return (ifThere(() => this.#readSysctl(COUNT)) ?? "0") === "0";
	}

	close(): void {
		this.#socket.close();
	}
}

/** A flow that has ended in the meantime answers ENOENT, which is no failure. */
const deletion = ({ nfgen_family, CTA_TUPLE_ORIG, CTA_ID, CTA_ZONE }: Entry): Request =>
	request(IPCTNL_MSG_CT_DELETE, 0, { nfgen_family, CTA_TUPLE_ORIG, CTA_ID, CTA_ZONE });

function flowOf({ CTA_TUPLE_ORIG: first, CTA_TUPLE_REPLY: reply }: Entry): Flow {
	const [ip, proto] = [first?.CTA_TUPLE_IP, first?.CTA_TUPLE_PROTO];
	const back = reply?.CTA_TUPLE_IP;
	return {
		from: ip?.CTA_IP_V4_SRC ?? ip?.CTA_IP_V6_SRC ?? NOWHERE,
		to: ip?.CTA_IP_V4_DST ?? ip?.CTA_IP_V6_DST ?? NOWHERE,
		answerer: back?.CTA_IP_V4_SRC ?? back?.CTA_IP_V6_SRC ?? NOWHERE,
		protocol: proto?.CTA_PROTO_NUM ?? 0,
		port: proto?.CTA_PROTO_DST_PORT ?? 0,
	};
}

const NOWHERE = new Uint8Array();

/** The destination of the first packet of a flow. */
function goalOf({ nfgen_family: family, CTA_TUPLE_ORIG: tuple }: Entry) {
	const { CTA_TUPLE_IP: ip, CTA_TUPLE_PROTO: proto } = tuple ?? {};
	const address = ip?.CTA_IP_V4_DST ?? ip?.CTA_IP_V6_DST ?? NOWHERE;
	return { family, protocol: proto?.CTA_PROTO_NUM, port: proto?.CTA_PROTO_DST_PORT, address };
}

function portIndex(ports: readonly HostPort[]): ReadonlyMap<string, readonly HostPort[]> {
	const index = new Map<string, HostPort[]>();
	for (const one of ports) {
		const key = `${one.family} ${one.protocol} ${one.port}`;
		index.set(key, [...(index.get(key) ?? []), one]);
	}
	return index;
}

/** A request for the flows to one port. A kernel before 5.8 ignores the filter and lists all flows. */
const filterOf = ({ family, protocol, port }: HostPort) => ({
	nfgen_family: family,
	CTA_TUPLE_ORIG: {
		CTA_TUPLE_IP: {},
		CTA_TUPLE_PROTO: { CTA_PROTO_NUM: protocol, CTA_PROTO_DST_PORT: port },
	},
	CTA_FILTER: {
		CTA_FILTER_ORIG_FLAGS: CTA_FILTER_F_CTA_PROTO_NUM | CTA_FILTER_F_CTA_PROTO_DST_PORT,
		CTA_FILTER_REPLY_FLAGS: 0,
	},
});

/** This includes flows that were sent to the host and forwarded to a guest, because the guest answers. */
function touches({ CTA_TUPLE_ORIG, CTA_TUPLE_REPLY }: Entry, subnet: Subnet): boolean {
	const ips = [CTA_TUPLE_ORIG?.CTA_TUPLE_IP, CTA_TUPLE_REPLY?.CTA_TUPLE_IP];
	const ends = ips.flatMap((ip) => [
		ip?.CTA_IP_V4_SRC,
		ip?.CTA_IP_V4_DST,
		ip?.CTA_IP_V6_SRC,
		ip?.CTA_IP_V6_DST,
	]);
	return ends.some((address) => address !== undefined && isIn(address, subnet));
}

function isIn(address: Uint8Array, { address: network, prefix }: Subnet): boolean {
	if (address.length !== network.length) return false;
	return address.every((byte, i) => {
		const bits = Math.min(8, Math.max(0, prefix - 8 * i));
		const mask = 0x100 - 2 ** (8 - bits);
		return (byte & mask) === ((network[i] as number) & mask);
	});
}
