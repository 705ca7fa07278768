import { describe, expect, test } from "vitest";
import { launchArguments } from "../../src/service/launch.js";
import type { Mode } from "../../src/spec/input.js";
import { FIRECRACKER_NETWORK, violations } from "./firecracker.js";
import { tapReport } from "./reports.js";

// Tests with real guests show that these arguments give a network. This one checks the words, and when they are
// printed.
describe("launch arguments", () => {
	test("of the seed's NAT guest", () => {
		expect(launchArguments(tapReport())).toEqual({
			uml: "eth0=tuntap,tap0",
			umlVector: "vec0:transport=tap,ifname=tap0",
			qemu: [
				"-netdev",
				"tap,id=tap0,ifname=tap0,script=no,downscript=no,vnet_hdr=off",
				"-device",
				"virtio-net-pci,netdev=tap0",
			],
			firecracker: { "network-interfaces": [{ iface_id: "eth0", host_dev_name: "tap0" }] },
			ip: "ip=192.168.33.34::192.168.33.33:255.255.255.0::eth0:off",
			inGuest: [
				"ip link set eth0 up",
				"ip address add 192.168.33.34/24 dev eth0",
				"ip route add default via 192.168.33.33 dev eth0",
			],
		});
	});

	test("carry the guest's MAC address wherever there is a place for it", () => {
		const mac = "52:54:00:12:34:56";
		const launch = launchArguments(tapReport({ guest: { addresses: [], mac } }));
		expect(launch).toMatchObject({
			uml: `eth0=tuntap,tap0,${mac}`,
			umlVector: `vec0:transport=tap,ifname=tap0,mac=${mac}`,
			firecracker: { "network-interfaces": [{ guest_mac: mac }] },
		});
		expect(launch.qemu[3]).toBe(`virtio-net-pci,netdev=tap0,mac=${mac}`);
	});

	test("tell the guest an MTU that it would not assume", () => {
		const launch = launchArguments(tapReport({ mtu: 1400 }));
		expect(launch.umlVector).toBe("vec0:transport=tap,ifname=tap0,mtu=1400");
		expect(launch.qemu[3]).toBe("virtio-net-pci,netdev=tap0,host_mtu=1400");
	});

	test("name a multi-queue tap only to QEMU, with queues", () => {
		expect(launchArguments(tapReport({ multiQueue: true }))).toEqual({
			qemu: [
				"-netdev",
				"tap,id=tap0,ifname=tap0,script=no,downscript=no,vnet_hdr=off,queues=2",
				"-device",
				"virtio-net-pci,netdev=tap0,mq=on,vectors=6",
			],
			ip: expect.stringContaining("ip=192.168.33.34:"),
			inGuest: expect.arrayContaining(["ip link set eth0 up"]),
		});
	});

	test("ask QEMU for a virtio header where the tap is made with one", () => {
		expect(launchArguments(tapReport({ vnetHdr: true })).qemu[1]).toMatch(/,vnet_hdr=on$/);
	});

	test.each([
		["", {}],
		[" with a MAC", { guest: { addresses: [], mac: "52:54:00:12:34:56" } }],
		[" with a name of all that a name can have", { name: "a.b-c_D9" }],
	])("are as Firecracker describes its configuration%s", (_, tap) => {
		const { firecracker } = launchArguments(tapReport(tap));
		expect(violations(FIRECRACKER_NETWORK, JSON.parse(JSON.stringify(firecracker)))).toEqual([]);
	});

	test("that Firecracker would refuse are told from others", () => {
		const wrong = { "network-interfaces": [{ iface_id: "eth-0", mtu: 1500 }] };
		expect(violations(FIRECRACKER_NETWORK, wrong)).toEqual([
			"$.network-interfaces[0].host_dev_name: missing",
			"$.network-interfaces[0].iface_id: eth-0",
			"$.network-interfaces[0].mtu: unknown",
		]);
	});

	test("use an id that QEMU accepts", () => {
		expect(launchArguments(tapReport({ name: "0tap" })).qemu).toEqual([
			"-netdev",
			"tap,id=net-0tap,ifname=0tap,script=no,downscript=no,vnet_hdr=off",
			"-device",
			"virtio-net-pci,netdev=net-0tap",
		]);
	});
});

describe("the kernel's ip= parameter", () => {
	const ipOf = (guest: readonly string[], host: readonly string[], mode: Mode = "nat") =>
		launchArguments(tapReport({ guest: { addresses: guest }, addresses: host, mode })).ip;

	test.each([
		[["10.0.0.2/30"], ["10.0.0.1/30"], "ip=10.0.0.2::10.0.0.1:255.255.255.252::eth0:off"],
		[["10.0.0.2/8"], ["10.0.0.1/8"], "ip=10.0.0.2::10.0.0.1:255.0.0.0::eth0:off"],
		[["10.0.0.2/32"], ["10.0.0.1/24"], "ip=10.0.0.2:::255.255.255.255::eth0:off"],
		[["10.0.0.2/23"], ["10.0.1.9/23"], "ip=10.0.0.2::10.0.1.9:255.255.254.0::eth0:off"],
	])("for %j beside %j", (guest, host, expected) => {
		expect(ipOf(guest, host)).toBe(expected);
	});

	test("takes the first IPv4 address and the host's address in its subnet", () => {
		const guest = ["2001:db8::2/64", "10.1.0.2/24", "10.2.0.2/24"];
		expect(ipOf(guest, ["10.2.0.1/24", "2001:db8::1/64", "10.1.0.1/24"])).toBe(
			"ip=10.1.0.2::10.1.0.1:255.255.255.0::eth0:off",
		);
	});

	test("is not there without an IPv4 address", () => {
		expect(ipOf([], ["10.0.0.1/24"])).toBeUndefined();
		expect(ipOf(["2001:db8::2/64"], ["2001:db8::1/64"])).toBeUndefined();
	});

	test("names no gateway in a bridged network, where the LAN has its own", () => {
		expect(ipOf(["10.0.0.2/24"], ["10.0.0.1/24"], "bridged")).toBe(
			"ip=10.0.0.2:::255.255.255.0::eth0:off",
		);
	});
});

describe("what to type in a guest whose kernel ignores ip=", () => {
	const typed = (guest: readonly string[], addresses: readonly string[], mode: Mode = "nat") =>
		launchArguments(tapReport({ guest: { addresses: guest }, addresses, mode })).inGuest;

	test("is every address of both families, and a way out by the host's", () => {
		const host = ["10.0.0.1/24", "2001:db8::1/64"];
		expect(typed(["10.0.0.2/24", "2001:db8::2/64"], host)).toEqual([
			"ip link set eth0 up",
			"ip address add 10.0.0.2/24 dev eth0",
			"ip address add 2001:db8::2/64 dev eth0",
			"ip route add default via 10.0.0.1 dev eth0",
			"ip -6 route add default via 2001:db8::1 dev eth0",
		]);
	});

	test("is by the gateway that is on every link, where the host has no IPv6 address in the guest's subnet", () => {
		const by = (guest: readonly string[], host: readonly string[], mode?: Mode) =>
			typed(guest, host, mode).filter((line) => line.startsWith("ip -6 route"));
		const gateway = ["ip -6 route add default via fe80::1 dev eth0"];
		expect(by(["2001:db8::2/128"], ["10.0.0.1/24"])).toEqual(gateway);
		expect(by(["2001:db8::2/128", "fe80::2/64"], ["2001:db8::1/128"], "routed")).toEqual(gateway);
		expect(by(["fe80::2/64"], ["10.0.0.1/24"])).toEqual([]);
		expect(by(["2001:db8::2/64"], ["2001:db8::1/64"])).toEqual([
			"ip -6 route add default via 2001:db8::1 dev eth0",
		]);
		expect(by(["2001:db8::2/128"], ["2001:db8::1/128"], "host-only")).toEqual([
			"ip -6 route add 2001:db8::1 dev eth0",
			"ip -6 route add default via 2001:db8::1 dev eth0",
		]);
		expect(by(["2001:db8::2/128"], [], "bridged")).toEqual([]);
	});

	test("says where a gateway is that lies outside of the guest's subnet", () => {
		expect(typed(["10.0.0.2/32"], ["192.168.1.1/32"], "routed").slice(2)).toEqual([
			"ip route add 192.168.1.1 dev eth0",
			"ip route add default via 192.168.1.1 dev eth0",
		]);
	});

	test("leaves the way out of a bridged network to the LAN", () => {
		expect(typed(["10.0.0.2/24"], ["10.0.0.1/24"], "bridged")).toHaveLength(2);
	});

	test("is nothing where nobody said which addresses the guest has", () => {
		expect(typed([], ["10.0.0.1/24"])).toEqual([]);
	});
});
