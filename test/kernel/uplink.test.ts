import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { specFromFlags } from "../../src/spec/spec.js";
import { Lab } from "./lab.js";
import { labSpec } from "./specs.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

const spec = specFromFlags({ tap: "tap0", owner: 500, bridge: "br0", uplink: "eth1" });
const up = () => lab.run((host) => host.up(spec));
const down = () => lab.run((host) => host.down({ taps: ["tap0"] }));

type Fields = Readonly<Record<string, unknown>>;

/**
 * The addresses and routes of a link as ip shows them, with LINK for the name of the link, and without the kernel's
 * own.
 */
function configOf(link: string): string {
	const told = lab.host.json(`ip -j -d address show dev ${link}`) as [{ addr_info: Fields[] }];
	const addresses = told[0].addr_info.filter(
		({ family, scope }) => family !== "inet6" || scope !== "link",
	);
	const routes = ["-4", "-6"]
		.flatMap((family) => lab.host.json(`ip -j -d ${family} route show table all`) as Fields[])
		.filter(({ type, dst }) => type === "unicast" && dst !== "fe80::/64")
		.filter((route) => JSON.stringify(route).includes(`"dev":"${link}"`));
	return JSON.stringify([...addresses, ...routes], plain, 1).replaceAll(`"${link}`, '"LINK');
}

/** Remove lifetimes, and the state of duplicate address detection. */
function plain(name: string, value: unknown): unknown {
	if (["nodad", "dynamic"].includes(name)) return undefined;
	const runs = name.endsWith("life_time") || name === "expires";
	return runs && value !== 0xffffffff ? "running" : value;
}

const MOVES: Readonly<Record<string, string>> = {
	"a second address of the subnet": "ip address add 10.33.33.35/8 dev eth1",
	"many addresses of one subnet": `
		for i in 1 2 3 4 5; do ip address add 10.33.40.$i/8 dev eth1; done`,
	"another subnet": "ip address add 172.20.0.1/16 brd + dev eth1",
	"a label": "ip address add 172.20.0.1/16 dev eth1 label eth1:one",
	"a label that hardly fits": "ip address add 172.20.0.1/16 dev eth1 label eth1:2345678901",
	"a peer": "ip address add 10.44.0.1 peer 10.44.0.2/32 dev eth1",
	"scope link": "ip address add 169.254.7.7/16 dev eth1 scope link",
	"an address without its route": "ip address add 172.20.0.1/16 dev eth1 noprefixroute",
	"an address whose route has a metric": "ip address add 172.20.0.1/16 dev eth1 metric 77",
	"an address that runs out": `
		ip address add 172.20.0.1/16 dev eth1 valid_lft 900 preferred_lft 800`,
	IPv6: `
		ip address add 2001:db8::1/64 dev eth1
		ip address add 2001:db8::2/64 dev eth1
		ip -6 route add default via 2001:db8::ff`,
	"a secret for the next link-local address":
		"sysctl -qw net.ipv6.conf.eth1.stable_secret=2001:db8:5ec::1",
	"IPv6 that runs out": "ip address add 2001:db8::1/64 dev eth1 valid_lft 900 preferred_lft 800",
	"IPv6 that runs out beside one that does not": `
		ip address add 2001:db8::1/64 dev eth1 valid_lft 900 preferred_lft 800
		ip address add 2001:db8::2/64 dev eth1`,
	"IPv6 that runs out, the younger of two": `
		ip address add 2001:db8::2/64 dev eth1
		ip address add 2001:db8::1/64 dev eth1 valid_lft 900 preferred_lft 800`,
	"IPv6 with a peer": "ip address add 2001:db8::1 peer 2001:db8::9/128 dev eth1",
	"IPv6 over a link-local router": "ip -6 route add default via fe80::1 dev eth1",
	"a second default route": `
		ip route add default via 10.33.33.2 metric 100
		ip route add default via 10.33.33.3 metric 50`,
	"two routes that differ in tos": `
		ip route add 172.16.0.0/12 via 10.33.33.2
		ip route add 172.16.0.0/12 tos 8 via 10.33.33.3`,
	"equal routes of which the first wins": `
		ip route add 172.16.0.0/12 via 10.33.33.2 metric 5
		ip route append 172.16.0.0/12 via 10.33.33.3 metric 5`,
	"a route of several hops": `
		ip route add 172.16.0.0/12 nexthop via 10.33.33.2 weight 3 nexthop via 10.33.33.3`,
	"hops through another link": `
		ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
		ip address add 192.168.77.1/24 dev v0
		ip route add 172.16.0.0/12 nexthop via 10.33.33.2 nexthop via 192.168.77.2`,
	"hops of which one is dead": `
		ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
		ip address add 192.168.77.1/24 dev v0
		ip route add 172.16.0.0/12 nexthop via 10.33.33.2 nexthop via 192.168.77.2
		ip link set v1 down`,
	"a hop that is not in the subnet": `
		ip route add 172.16.0.0/12 nexthop via 192.0.2.1 dev eth1 onlink nexthop via 10.33.33.2`,
	"IPv6 of several hops": `
		ip address add 2001:db8::1/64 dev eth1
		ip -6 route add 2001:db8:9::/48 nexthop via 2001:db8::2 nexthop via 2001:db8::3 weight 2`,
	"another table": `
		ip address add 2001:db8::1/64 dev eth1
		ip rule add from 10.33.33.34 lookup 100
		ip route add default via 10.33.33.7 table 100
		ip route add 10.99.0.0/16 dev eth1 table 70000
		ip -6 route add default via 2001:db8::7 table 100`,
	"a source address": `
		ip address add 10.33.33.35/8 dev eth1
		ip route add 172.16.0.0/12 via 10.33.33.2 src 10.33.33.35`,
	"metrics and protocols": `
		ip route add 172.16.0.0/12 via 10.33.33.2 mtu lock 1400 advmss 1300 initcwnd 20 proto static
		ip route add 172.17.0.0/16 dev eth1 scope link proto dhcp realm 3`,
	"a router that is not in the subnet": "ip route add 172.16.0.0/12 via 192.0.2.1 dev eth1 onlink",
	"an IPv6 router of an IPv4 route": "ip route add 172.16.0.0/12 via inet6 fe80::1 dev eth1",
	"a subnet whose route somebody deleted": `
		ip route delete 10.0.0.0/8 dev eth1
		ip address add 2001:db8::1/64 dev eth1
		ip -6 route add default via 2001:db8::ff
		ip -6 route delete 2001:db8::/64 dev eth1`,
	"routes that are not its own": `
		ip route add blackhole 172.16.0.0/12
		ip route add unreachable 172.17.0.0/16 metric 9
		ip -6 route add blackhole 2001:db8:dead::/48`,
};

describe.each(["0", "1"])("with promote_secondaries %s the uplink takes along", (promote) => {
	test.each(Object.entries(MOVES))("%s, and has it again afterwards", async (_, script) => {
		lab.host.sh(`sysctl -qw net.ipv4.conf.all.promote_secondaries=${promote}\n${script}`);
		const before = await lab.lookSettled();
		const own = configOf("eth1");
		expect(own).toMatch(/"local": "10.33.33.34".*"dst": "default"/s);

		await up();
		expect(configOf("br0")).toBe(own);
		expect(configOf("eth1")).toBe("[]");
		expect((await up()).mutations).toEqual([]);

		await down();
		expect(lab.changes(before)).toEqual([]);
		expect(configOf("eth1")).toBe(own);
	});
});

test("everything at once, with the time in between for duplicate address detection", async () => {
	lab.host.sh("sysctl -qw net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.eth1.accept_dad=1");
	lab.host.sh(`
		ip address add 10.33.33.35/8 dev eth1
		ip address add 172.20.0.1/16 dev eth1 label eth1:one
		ip address add 2001:db8::1/64 dev eth1
		ip -6 route add default via 2001:db8::ff
		ip route add 172.16.0.0/12 via 10.33.33.2 src 10.33.33.35`);
	const before = await lab.lookSettled();
	await up();
	expect(lab.host.sh("ip -6 address show dev br0 tentative")).not.toContain("2001:db8::1");
	await lab.lookSettled();
	await down();
	await lab.lookSettled();
	expect(lab.changes(before)).toEqual([]);
});

test("a route that somebody deleted is not there either when the move is undone", async () => {
	lab.host.sh("ip route delete 10.0.0.0/8 dev eth1");
	const before = await lab.lookSettled();
	const own = configOf("eth1");
	// The same address once more, which is refused after the uplink's has moved.
	const twice = labSpec(
		{ mode: "bridged", bridge: "br0", uplink: "eth1", addresses: ["10.33.33.34/8"] },
		{ tap0: {} },
	);
	await expect(lab.run((host) => host.up(twice))).rejects.toThrow("10.33.33.34/8");
	await lab.lookSettled();
	expect(lab.changes(before)).toEqual([]);
	expect(configOf("eth1")).toBe(own);
});

test("temporary addresses are drawn anew wherever the one comes to that they are drawn for", async () => {
	lab.host.sh(`
		sysctl -qw net.ipv6.conf.eth1.use_tempaddr=2
		ip address add 2001:db8::1/64 dev eth1 mngtmpaddr`);
	await lab.lookSettled();
	const temporary = (link: string): number => {
		const told = lab.host.json(`ip -j -6 address show dev ${link} temporary`) as Fields[];
		return told.flatMap(({ addr_info = [] }) => addr_info as Fields[]).filter(({ local }) => local)
			.length;
	};
	expect([temporary("eth1")]).toEqual([1]);
	await up();
	expect([temporary("br0"), temporary("eth1")]).toEqual([1, 0]);
	await down();
	expect(temporary("eth1")).toBe(1);
	expect(
		lab.host.sh("ip -6 -o address show dev eth1 scope global").trim().split("\n"),
	).toHaveLength(2);
});

test("what somebody set for the neighbours of an uplink its bridge has", async () => {
	const set = {
		"ipv4/neigh/eth1/base_reachable_time_ms": "20000",
		"ipv4/neigh/eth1/unres_qlen_bytes": "90000",
		"ipv6/neigh/eth1/retrans_time_ms": "2000",
		"ipv6/neigh/eth1/ucast_solicit": "4",
	};
	for (const [path, value] of Object.entries(set)) lab.host.sh(`sysctl -qw net/${path}=${value}`);
	const before = await lab.lookSettled();
	await up();
	const values = Object.keys(set).map((path) =>
		lab.host.sh(`cat /proc/sys/net/${path.replace("eth1", "br0")}`).trim(),
	);
	expect(values).toEqual(Object.values(set));
	await down();
	expect(lab.changes(before)).toEqual([]);
});

test("permanent and proxied neighbours move along and come back", async () => {
	lab.host.sh(`
		ip neigh add 10.33.33.9 lladdr 02:00:00:00:00:09 dev eth1
		ip neigh add proxy 10.33.33.8 dev eth1
		ip -6 neigh add 2001:db8::9 lladdr 02:00:00:00:00:09 dev eth1
		ip -6 neigh add proxy 2001:db8::8 dev eth1`);
	const before = lab.look();
	await up();
	const lladdr = "02:00:00:00:00:09";
	expect(lab.host.json("ip -j neigh show nud permanent")).toEqual([
		{ dst: "10.33.33.9", dev: "br0", lladdr, state: ["PERMANENT"] },
		{ dst: "2001:db8::9", dev: "br0", lladdr, state: ["PERMANENT"] },
	]);
	expect(lab.host.sh("ip neigh show proxy; ip -6 neigh show proxy")).toMatch(
		/10\.33\.33\.8 dev br0 .*2001:db8::8 dev br0 /s,
	);
	await down();
	expect(lab.changes(before)).toEqual([]);
});

test("a bridge has the MTU of its uplink", async () => {
	lab.host.sh("ip link set eth1 mtu 1400 alias mine");
	const before = await lab.lookSettled();
	await up();
	expect(lab.host.sh("ip link show br0")).toContain("mtu 1400");
	await down();
	expect(lab.changes(before)).toEqual([]);
});

test.each([1500, 1450])("a bridge keeps an MTU of %i that its spec names", async (mtu) => {
	lab.host.sh("ip link set eth1 mtu 1400");
	const before = await lab.lookSettled();
	const named = labSpec({ mode: "bridged", bridge: "br0", uplink: "eth1", mtu }, { tap0: {} });
	await lab.run((host) => host.up(named));
	expect(lab.host.sh("ip link show br0")).toContain(`mtu ${mtu}`);
	await down();
	expect(lab.changes(before)).toEqual([]);
});

test("an uplink that is down and bare becomes a port and is down and bare afterwards", async () => {
	lab.host.sh("ip address flush dev eth1; ip link set eth1 down");
	const before = lab.look();
	await up();
	expect(lab.host.sh("ip link show master br0")).toContain("eth1");
	await down();
	expect(lab.changes(before)).toEqual([]);
});

describe("two addresses of one subnet of IPv6", () => {
	test.each(
		Object.entries({
			"one of them without a route": "noprefixroute",
			"with routes of unlike metrics": "metric 21",
		}),
	)("%s have the same routes on the bridge, and again afterwards", async (_, how) => {
		lab.host.sh(`
			ip address add 2001:db8:20::10/64 dev eth1 ${how}
			ip address add 2001:db8:20::40/64 dev eth1`);
		const before = await lab.lookSettled();
		const routes = (link: string) =>
			lab.host.sh(`ip -6 route show 2001:db8:20::/64 dev ${link}`).trim().split("\n").sort();
		const had = routes("eth1");
		await up();
		expect(routes("br0")).toEqual(had);
		expect(routes("eth1")).toEqual([""]);
		expect((await up()).mutations).toEqual([]);
		await down();
		await lab.lookSettled();
		expect(lab.changes(before)).toEqual([]);
	});
});

describe("while IPv6 is off on an uplink", () => {
	const OFF = "sysctl -qw net.ipv6.conf.eth1.disable_ipv6=1";

	test.each(
		Object.entries({
			"a route by a gateway of IPv6": "via inet6 fe80::1 dev eth1",
			"a route of several hops, one of them such":
				"nexthop via inet6 fe80::1 dev eth1 nexthop via 10.33.33.2",
		}),
	)(
		"%s could be given neither to the bridge nor back, and the change is refused",
		async (_, way) => {
			lab.host.sh(`ip route add 172.16.0.0/12 ${way}\n${OFF}`);
			const before = await lab.lookSettled();
			await expect(up()).rejects.toThrow(
				expect.objectContaining({
					code: "ERR_CONFLICT",
					message: expect.stringContaining("without IPv6, and route 172.16.0.0/12 goes by IPv6"),
				}),
			);
			expect(lab.changes(before)).toEqual([]);
			lab.host.sh("ip route delete 172.16.0.0/12");
			await up();
			await down();
		},
	);

	test("a nexthop of IPv6 would lead out of a port, and the change is refused", async () => {
		lab.host.sh(`
			ip -6 nexthop add id 7 via fe80::1 dev eth1
			ip route add 172.16.0.0/12 nhid 7
			${OFF}`);
		const before = await lab.lookSettled();
		await expect(up()).rejects.toThrow(
			expect.objectContaining({
				code: "ERR_CONFLICT",
				message: expect.stringContaining("without IPv6, and nexthop 7 goes by IPv6"),
			}),
		);
		expect(lab.changes(before)).toEqual([]);
	});

	test("a rule by its name moves all the same", async () => {
		lab.host.sh(`ip -6 rule add iif eth1 lookup 100 priority 99\n${OFF}`);
		const before = await lab.lookSettled();
		await up();
		expect(lab.host.sh("ip -6 rule show priority 99")).toContain("iif br0");
		await down();
		await lab.lookSettled();
		expect(lab.changes(before)).toEqual([]);
	});

	test("turned off on the bridge, it is off on the uplink after that has its routes", async () => {
		lab.host.sh("ip route add 172.16.0.0/12 via inet6 fe80::1 dev eth1");
		await up();
		lab.host.sh("sysctl -qw net.ipv6.conf.br0.disable_ipv6=1");
		const { losses } = (await down()).result;
		expect(losses).toBeUndefined();
		expect(lab.host.sh("ip route show 172.16.0.0/12")).toContain("via inet6 fe80::1 dev eth1");
		expect(lab.host.sh("cat /proc/sys/net/ipv6/conf/eth1/disable_ipv6")).toBe("1\n");
		expect((await lab.run((host) => host.recover())).result.outcome).toBe("nothing");
	});

	test("turned on on the bridge, it is on on the uplink before that gets what needs it", async () => {
		lab.host.sh(OFF);
		await up();
		lab.host.sh(`
			sysctl -qw net.ipv6.conf.br0.disable_ipv6=0
			ip address add 2001:db8::1/64 dev br0
			ip -6 route add default via 2001:db8::ff`);
		const { losses } = (await down()).result;
		expect(losses).toBeUndefined();
		expect(lab.host.sh("ip -6 address show dev eth1")).toContain("2001:db8::1/64");
		expect(lab.host.sh("ip -6 route show default")).toContain("via 2001:db8::ff dev eth1");
	});
});
