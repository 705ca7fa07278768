import type { TapReport } from "../engine/report.js";
import { type Cidr, contains, formatAddress, parseCidr } from "../inet/cidr.js";
import { isLinkLocal, LINK_LOCAL_GATEWAY } from "../inet/link-local.js";

/**
 * Arguments that make a virtual machine monitor attach its guest to the tap; those for a monitor that cannot open this
 * tap are absent.
 */
export interface LaunchArguments {
	/** User Mode Linux with the driver that every version has: the guest's interface is eth0. */
	readonly uml?: string | undefined;
	/** User Mode Linux with the faster vector driver: the guest's interface is vec0. */
	readonly umlVector?: string | undefined;
	/** Arguments of QEMU, one in each string. */
	readonly qemu: readonly string[];
	/** The part of Firecracker's configuration file that describes this interface. */
	readonly firecracker?: FirecrackerNetwork | undefined;
	/** A parameter for the kernel of the guest, for IPv4 only (nfsroot.rst). */
	readonly ip?: string | undefined;
	/**
	 * Commands to type as root in a guest whose kernel ignores `ip=` (most distributions' kernels are built without
	 * CONFIG_IP_PNP).
	 */
	readonly inGuest: readonly string[];
}

/** The network interfaces of Firecracker's configuration file. */
export interface FirecrackerNetwork {
	readonly "network-interfaces": readonly {
		readonly iface_id: string;
		readonly host_dev_name: string;
		readonly guest_mac?: string;
	}[];
}

/** QEMU opens one file descriptor a queue, and asks for a multi-queue tap only if there are two or more. */
const QUEUES = 2;

/** The launch arguments for the guest of a tap. */
export function launchArguments(tap: TapReport): LaunchArguments {
	const common = { qemu: qemuArguments(tap), ip: ipParameter(tap), inGuest: inGuest(tap) };
	// A tap with IFF_MULTI_QUEUE can only be opened with that flag (otherwise EINVAL), which only QEMU sets.
	if (tap.multiQueue) return common;
	return {
		uml: umlParameter(tap),
		umlVector: umlVector(tap),
		firecracker: firecracker(tap),
		...common,
	};
}

/** eth0=tuntap,DEVICE[,MAC] (arch/um/drivers/tuntap_kern.c) */
const umlParameter = (tap: TapReport): string =>
	["eth0=tuntap", tap.name, ...optional(tap.guest.mac)].join(",");

/** vecX:transport=tap,ifname=DEVICE[,mac=MAC][,mtu=MTU] (user_mode_linux_howto_v2.rst) */
function umlVector(tap: TapReport): string {
	const mac = optional(tap.guest.mac).map((address) => `mac=${address}`);
	const mtu = optional(unusualMtu(tap)).map((bytes) => `mtu=${bytes}`);
	return ["vec0:transport=tap", `ifname=${tap.name}`, ...mac, ...mtu].join(",");
}

/** qemu(1), -netdev tap. Without script=no QEMU would run /etc/qemu-ifup to set up the tap, which is set up already. */
function qemuArguments(tap: TapReport): readonly string[] {
	// An id must begin with a letter (id_wellformed in QEMU); the name of an interface need not.
	const id = /^[a-z]/i.test(tap.name) ? tap.name : `net-${tap.name}`;
	// By default QEMU asks for a virtio header whenever the kernel has it, whatever the tap was made for.
	const header = `vnet_hdr=${tap.vnetHdr === true ? "on" : "off"}`;
	const netdev = ["tap", `id=${id}`, `ifname=${tap.name}`, "script=no", "downscript=no", header];
	const device = ["virtio-net-pci", `netdev=${id}`];
	if (tap.guest.mac !== undefined) device.push(`mac=${tap.guest.mac}`);
	const mtu = unusualMtu(tap);
	if (mtu !== undefined) device.push(`host_mtu=${mtu}`);
	if (tap.multiQueue) {
		netdev.push(`queues=${QUEUES}`);
		// One interrupt for each direction of each queue, one for changes of the configuration and one for control.
		device.push("mq=on", `vectors=${2 * QUEUES + 2}`);
	}
	return ["-netdev", netdev.join(","), "-device", device.join(",")];
}

/** docs/network-setup.md of Firecracker. */
function firecracker(tap: TapReport): FirecrackerNetwork {
	const mac = tap.guest.mac === undefined ? {} : { guest_mac: tap.guest.mac };
	return {
		"network-interfaces": [{ iface_id: "eth0", host_dev_name: tap.name, ...mac }],
	};
}

/** ip=CLIENT:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:AUTOCONF (Documentation/admin-guide/nfs/nfsroot.rst) */
function ipParameter(tap: TapReport): string | undefined {
	const guest = tap.guest.addresses.map(parseCidr).find(({ family }) => family === 4);
	if (guest === undefined) return undefined;
	const mask = Uint8Array.from({ length: 4 }, (_, i) => {
		const ones = Math.min(8, Math.max(0, guest.prefix - 8 * i));
		return 255 ^ (255 >> ones);
	});
	const fields = [formatAddress(guest.address), "", gateway(tap, guest), formatAddress(mask)];
	return `ip=${[...fields, "", DEVICE, "off"].join(":")}`;
}

/** The host's address, if it forwards for the guest; empty in a bridged network, whose LAN has a router of its own. */
function gateway(tap: TapReport, guest: Cidr): string {
	if (tap.mode === "bridged") return "";
	const host = tap.addresses.map(parseCidr).find(({ address }) => contains(guest, address));
	return host === undefined ? "" : formatAddress(host.address);
}

/** The interface that the kernel's ip= configures, too: in UML this is eth0, unless the driver is the vector one. */
const DEVICE = "eth0";

/** Commands of iproute2, which busybox has as well: add the addresses, set the link up, add the default routes. */
function inGuest(tap: TapReport): string[] {
	const guest = tap.guest.addresses.map(parseCidr);
	if (guest.length === 0) return [];
	const routes =
		tap.mode === "bridged" ? [] : [...routesOf(4, tap, guest), ...routesOf(6, tap, guest)];
	return [
		`ip link set ${DEVICE} up`,
		...guest.map(({ text }) => `ip address add ${text} dev ${DEVICE}`),
		...routes,
	];
}

/** The IPv6 gateway of guests if IPv6 is forwarded. A bridge of somebody else without addresses of ours has none. */
function gatewayOf({ mode, bridge, addresses }: TapReport): Cidr | undefined {
	const isForwarded = mode === "nat" || mode === "routed";
	return isForwarded && (bridge === undefined || addresses.length > 0)
		? parseCidr(`${LINK_LOCAL_GATEWAY}/64`)
		: undefined;
}

/** The routes to and through the host's address, if the guest has an address of the same family. */
function routesBy(host: Cidr, own: readonly Cidr[]): string[] {
	const family = host.family === 4 ? "" : " -6";
	const via = formatAddress(host.address);
	const isNear = isLinkLocal(host.address) || own.some((one) => contains(one, host.address));
	// A gateway outside the guest's subnet needs a route of its own first.
	const there = isNear ? [] : [`ip${family} route add ${via} dev ${DEVICE}`];
	return [...there, `ip${family} route add default via ${via} dev ${DEVICE}`];
}

function routesOf(family: Cidr["family"], tap: TapReport, guest: readonly Cidr[]): string[] {
	const own = guest.filter((one) => one.family === family && !isLinkLocal(one.address));
	if (own.length === 0) return [];
	const hosts = tap.addresses.map(parseCidr).filter((one) => one.family === family);
	const near = hosts.find(({ address }) => own.some((one) => contains(one, address)));
	const host = near ?? (family === 6 ? gatewayOf(tap) : undefined) ?? hosts[0];
	return host === undefined ? [] : routesBy(host, own);
}
/** The MTU, if it is not the 1500 that a guest assumes. */
const unusualMtu = (tap: TapReport): number | undefined => (tap.mtu === 1500 ? undefined : tap.mtu);

const optional = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);
