import type { TapReport } from "../engine/report.js";
import { type Cidr, contains, formatAddress, parseCidr } from "../inet/cidr.js";

/** What to tell a virtual machine monitor so that its guest is on the tap. What it cannot open is not there. */
export interface LaunchArguments {
	/** User Mode Linux, the driver every version has: the guest's device is eth0. */
	readonly uml?: string | undefined;
	/** User Mode Linux, the vector driver, several times as fast: the guest's device is vec0. */
	readonly umlVector?: string | undefined;
	/** One string an argument. */
	readonly qemu: readonly string[];
	/** A part of Firecracker's configuration file. */
	readonly firecracker?: FirecrackerNetwork | undefined;
	/** Parameter of the guest's kernel (nfsroot.rst); IPv4 is all it knows. */
	readonly ip?: string | undefined;
}

export interface FirecrackerNetwork {
	readonly "network-interfaces": readonly {
		readonly iface_id: string;
		readonly host_dev_name: string;
		readonly guest_mac?: string;
	}[];
}

/** QEMU opens one file a queue and asks for a multi-queue tap only when there are two or more. */
const QUEUES = 2;

/** The launch arguments for the guest of a tap. */
export function launchArguments(tap: TapReport): LaunchArguments {
	const { qemu, ip } = { qemu: qemuArguments(tap), ip: ipParameter(tap) };
	// The kernel lets IFF_MULTI_QUEUE taps be opened only with that flag (EINVAL), which QEMU alone sets.
	if (tap.multiQueue) return { qemu, ip };
	return {
		uml: umlParameter(tap),
		umlVector: umlVector(tap),
		qemu,
		firecracker: firecracker(tap),
		ip,
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

/** qemu(1), -netdev tap. Without script=no it would run /etc/qemu-ifup, which is what we are here for. */
function qemuArguments(tap: TapReport): readonly string[] {
	// An id begins with a letter (QEMU's id_wellformed); the name of an interface need not.
	const id = /^[a-z]/i.test(tap.name) ? tap.name : `net-${tap.name}`;
	const netdev = ["tap", `id=${id}`, `ifname=${tap.name}`, "script=no", "downscript=no"];
	const device = ["virtio-net-pci", `netdev=${id}`];
	if (tap.guest.mac !== undefined) device.push(`mac=${tap.guest.mac}`);
	const mtu = unusualMtu(tap);
	if (mtu !== undefined) device.push(`host_mtu=${mtu}`);
	if (tap.multiQueue) {
		netdev.push(`queues=${QUEUES}`);
		// An interrupt for each direction of each queue, one for changes of the device, one for control.
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
	return `ip=${[...fields, "", "eth0", "off"].join(":")}`;
}

/** The host, where it forwards for the guest; in a bridged network the LAN has a router of its own. */
function gateway(tap: TapReport, guest: Cidr): string {
	if (tap.mode === "bridged") return "";
	const host = tap.addresses.map(parseCidr).find(({ address }) => contains(guest, address));
	return host === undefined ? "" : formatAddress(host.address);
}

/** The MTU, if a guest would not assume it by itself. */
const unusualMtu = (tap: TapReport): number | undefined => (tap.mtu === 1500 ? undefined : tap.mtu);

const optional = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);
