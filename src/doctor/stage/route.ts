import { formatAddress } from "../../inet/address.js";
import type { StageReport } from "../../service/diagnosis.js";
import {
	RTN_BLACKHOLE,
	RTN_BROADCAST,
	RTN_LOCAL,
	RTN_PROHIBIT,
	RTN_UNREACHABLE,
} from "../../uapi/rtnetlink.js";
import type { RouteFact } from "../facts.js";
import { deviceOf } from "./rules.js";
import { passes, type Stage, stopped, type Way } from "./way.js";

const STAGE = "route";

/** The kernel's own look-up, with the interface on which the packet arrived. */
export function lookUp(way: Way): RouteFact {
	const { packet, facts } = way;
	const { l4proto } = packet.headers();
	return facts.route({
		destination: packet.destination,
		source: packet.source,
		input: packet.in?.index,
		mark: packet.mark,
		protocol: packet.hasPorts ? l4proto : undefined,
		sourcePort: packet.sourcePort,
		destinationPort: packet.destinationPort,
	});
}

/** Whether the host forwards what arrives on the interface of the packet. */
function forwards(way: Way): boolean {
	const { packet, facts } = way;
	const name = packet.in?.name ?? "";
	if (packet.isIpv4) return facts.setting(`net/ipv4/conf/${name}/forwarding`) !== "0";
	return (
		facts.setting("net/ipv6/conf/all/forwarding") !== "0" ||
		facts.setting(`net/ipv6/conf/${name}/force_forwarding`) === "1"
	);
}

function forwardingOff({ packet, facts }: Way): StageReport {
	const device = packet.in?.name ?? "";
	const path = packet.isIpv4
		? `net.ipv4.conf.${device}.forwarding`
		: "net.ipv6.conf.all.forwarding";
	const isOffForAll = facts.setting("net/ipv4/conf/all/forwarding") === "0";
	return stopped(STAGE, {
		code: "FINDING_FORWARDING_OFF",
		message: packet.isIpv4
			? `the host does not forward what comes in by ${device}${isOffForAll ? " (ip_forward is off)" : ""}`
			: `the host does not forward what comes in by ${device}`,
		evidence: [`${path} = 0`],
		remedy: `sysctl -w ${path}=1`,
		device,
	});
}

/** What the kernel's refusal of a look-up means. */
function refused(way: Way, errno: string): StageReport {
	const { packet, facts } = way;
	const device = packet.in?.name ?? "";
	const [to, from] = [formatAddress(packet.destination), formatAddress(packet.source)];
	if (errno === "EINVAL" || errno === "EXDEV") {
		const path = (name: string): string => `net/ipv4/conf/${name}/rp_filter`;
		const settings = ["all", device].map(
			(name) => [name, facts.setting(path(name)) ?? "0"] as const,
		);
		const set = settings.filter(([, value]) => value !== "0");
		return stopped(STAGE, {
			code: "FINDING_RP_FILTER",
			message: `the source ${from} is no address that may come in by ${device} (rp_filter)`,
			evidence: settings.map(([name, value]) => `net.ipv4.conf.${name}.rp_filter = ${value}`),
			remedy:
				set.map(([name]) => `sysctl -w net.ipv4.conf.${name}.rp_filter=2`).join(" && ") ||
				undefined,
			device,
		});
	}
	if (errno === "EHOSTUNREACH" && device !== "" && !forwards(way)) return forwardingOff(way);
	if (errno === "ENETUNREACH")
		return stopped(STAGE, {
			code: "FINDING_NO_ROUTE",
			message: `the host has no route to ${to}`,
			evidence: [`route to ${to}: network is unreachable`],
			remedy: "ip route show",
			device: device || undefined,
		});
	return stopped(STAGE, {
		code: "FINDING_ROUTE_REFUSES",
		message: `a route refuses ${to}: ${errno === "EACCES" ? "prohibit" : "unreachable"}`,
		evidence: [`route to ${to}: ${errno}`],
		remedy: `ip route show match ${to}`,
		device: device || undefined,
	});
}

/** A packet for the guest must leave through its segment. */
function strayed({ packet, guest, output }: Way): StageReport | undefined {
	const isGuests = Buffer.compare(packet.destination, guest.address) === 0;
	if (!isGuests || output === undefined || output.index === guest.segment.index) return undefined;
	const address = formatAddress(guest.address);
	return stopped(STAGE, {
		code: "FINDING_NO_ROUTE",
		message: `the way to the guest ${address} is by ${output.name}, not by ${guest.segment.name}: the route to it is missing`,
		evidence: [`route to ${address}: dev ${output.name}`],
		remedy: `ip route replace ${address} dev ${guest.segment.name}`,
		device: output.name,
	});
}

/** Where the packet goes: to this host, or through an interface to a next machine. */
export const route: Stage = (way) => {
	const { packet, facts } = way;
	const found = lookUp(way);
	const to = formatAddress(packet.destination);
	if (found.errno !== undefined) return refused(way, found.errno);
	way.route = found;
	if ([RTN_UNREACHABLE, RTN_PROHIBIT, RTN_BLACKHOLE].includes(found.type))
		return refused(way, found.type === RTN_PROHIBIT ? "EACCES" : "unreachable");
	if (found.type === RTN_LOCAL || found.type === RTN_BROADCAST) {
		// What the host sends to itself leaves by the loopback interface.
		if (way.entry === "local" && found.output !== undefined) {
			way.output = facts.link(found.output);
			packet.out = way.output && deviceOf(way.output);
		}
		return passes(STAGE, `${to} is an address of this host`);
	}
	if (way.entry !== "local" && !forwards(way)) return forwardingOff(way);
	way.output = found.output === undefined ? undefined : facts.link(found.output);
	const astray = strayed(way);
	if (astray !== undefined) return astray;
	way.nexthop = found.gateway ?? packet.destination;
	packet.out = way.output && deviceOf(way.output);
	const via = found.gateway === undefined ? "" : ` via ${formatAddress(found.gateway)}`;
	return passes(STAGE, `to ${to} it leaves by ${way.output?.name ?? "no interface"}${via}`, {
		device: way.output?.name,
	});
};

/** Whether the packet is for this host. */
export const isLocal = ({ route: found }: Way): boolean =>
	found?.type === RTN_LOCAL || found?.type === RTN_BROADCAST;
