import type { Difference, ResourceStatus, StatusReport, TapStatus } from "../engine/report.js";
import { State } from "../engine/state.js";
import { ours, strays } from "../engine/strays.js";
import { cidrOf } from "../inet/cidr.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Address, type Link, readAddresses, readAllLinks } from "../kernel/read.js";
import { kinds } from "../kinds/index.js";
import { type MarkedLink, macText, markedLinks } from "../kinds/link.js";
import { noted, PROTOCOL } from "../kinds/mark.js";
import { isOfLink } from "../kinds/migration/link-local.js";
import { UmlnetError } from "../sys/error.js";

/** The state directory and the taps that the report is about. */
interface Asked {
	/** The path of the state directory, for people. */
	readonly stateDir: string;
	/** Its name in the marks. */
	readonly place: string;
	/** The names of taps; without it, all taps. */
	readonly names?: readonly string[] | undefined;
	readonly verify: boolean;
}

const NO_DRIFT: readonly Difference[] = [];

/**
 * The report for a caller who may not read the state directory, from what the kernel shows to everybody of the objects
 * that carry our marks. It has no drift, because it is not known what was asked for.
 * @throws UmlnetError ERR_PERMISSION if everything should be compared
 */
export function statusAsSeen(kernel: Kernel, asked: Asked): StatusReport {
	const { stateDir, place, names, verify } = asked;
	if (verify)
		throw new UmlnetError(
			"ERR_PERMISSION",
			`what was applied is written in ${stateDir}, for root alone`,
			{
				hint: "run it as root (sudo); without --verify it shows what everybody may see",
			},
		);
	const links = readAllLinks(kernel);
	const byIndex = new Map(links.map((link) => [link.ifi_index, link]));
	const taps = markedLinks({ links, place })
		.filter(({ link }) => link.IFLA_LINKINFO?.IFLA_INFO_KIND === "tun")
		.filter(({ name }) => names?.includes(name) ?? true)
		// The kernel lists links in the order of their indexes, which are random.
		.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }))
		.map((marked) => tapAsSeen(marked, byIndex, kernel));
	return {
		taps,
		resources: names === undefined ? resourcesAsSeen(kernel, place) : [],
		unseen: [
			`how guests are connected, what they use and what drifted is written in ${stateDir}, for root alone`,
			"the kernel shows the rules of nf_tables to CAP_NET_ADMIN alone",
		],
	};
}

function tapAsSeen(
	{ link, name, network, notes }: MarkedLink,
	links: ReadonlyMap<number, Link>,
	kernel: Kernel,
): TapStatus {
	const { IFLA_MASTER, IFLA_MTU: mtu, IFLA_ADDRESS, IFLA_LINKINFO } = link;
	const bridge = IFLA_MASTER === undefined ? undefined : links.get(IFLA_MASTER);
	const data = (IFLA_LINKINFO?.IFLA_INFO_DATA ?? {}) as TunData;
	const segment = bridge ?? link;
	return {
		...{ name, index: link.ifi_index, network, mode: network === "parked" ? "parked" : "unknown" },
		...{ owner: data.IFLA_TUN_OWNER, group: data.IFLA_TUN_GROUP, mac: macText(IFLA_ADDRESS), mtu },
		multiQueue: data.IFLA_TUN_MULTI_QUEUE === 1,
		vnetHdr: data.IFLA_TUN_VNET_HDR === 1,
		bridge: bridge?.IFLA_IFNAME,
		uplink: noted("forwarding", notes) ?? noted("force_forwarding", notes),
		addresses: readAddresses(kernel, segment.ifi_index)
			.filter((address) => isOurs(address, bridge === undefined))
			.map(textOf),
		guest: { addresses: [] },
		drift: NO_DRIFT,
	};
}

/** What a tap was made with (tun_fill_info, drivers/net/tun.c). */
interface TunData {
	readonly IFLA_TUN_OWNER?: number;
	readonly IFLA_TUN_GROUP?: number;
	readonly IFLA_TUN_MULTI_QUEUE?: number;
	readonly IFLA_TUN_VNET_HDR?: number;
}

/** Before Linux 5.18 addresses have no mark, so all addresses of a tap that the kernel did not make count as ours. */
const isOurs = (address: Address, isOnTap: boolean): boolean =>
	address.IFA_PROTO === PROTOCOL ||
	(isOnTap && address.IFA_PROTO === undefined && !isOfLink(address));

const textOf = ({ IFA_LOCAL, IFA_ADDRESS, ifa_prefixlen }: Address): string =>
	cidrOf(IFA_LOCAL ?? IFA_ADDRESS ?? new Uint8Array(4), ifa_prefixlen).text;

/** Everything that carries our marks, as if none of it were in the journal. */
function resourcesAsSeen(kernel: Kernel, place: string): ResourceStatus[] {
	const nothing = { state: new State(), unfinished: undefined, pendingDeletes: new Map() };
	return ours(strays(kinds, kernel, nothing, { place, asFarAsSeen: true })).map(({ kind, key }) => {
		return { kind, key, taps: [], drift: NO_DRIFT };
	});
}
