import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { specFromFlags } from "../../src/spec/spec.js";
import { quietGuests } from "./guest.js";
import { Lab } from "./lab.js";
import { labSpec } from "./specs.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

const up = (spec: Parameters<typeof labSpec> | ReturnType<typeof labSpec>) =>
	lab.run((host) => host.up(Array.isArray(spec) ? labSpec(...spec) : spec));
const down = (...taps: string[]) => lab.run((host) => host.down({ taps }));
const flags = { owner: 500, bridge: "br0", uplink: "eth1" };
const nat = { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] };

describe("what stands for a network", () => {
	test("comes with its first tap, stays for the others and goes with the last", async () => {
		const before = lab.look();
		await up(specFromFlags({ ...flags, tap: "tap1" }));
		const one = await lab.lookSettled();
		await up(specFromFlags({ ...flags, tap: "tap0" }));
		expect(lab.host.sh("ip -br link show master br0")).toMatch(/eth1.*\n.*tap[01].*\n.*tap[01]/);
		await down("tap0");
		expect(await lab.networkChanges(one)).toEqual([]);
		await down("tap1");
		expect(lab.changes(before)).toEqual([]);
	});

	test("goes when its taps go in one command, whichever is named first", async () => {
		const before = lab.look();
		await up(specFromFlags({ ...flags, tap: "tap0" }));
		await up(specFromFlags({ ...flags, tap: "tap1" }));
		await down("tap1", "tap0");
		expect(lab.changes(before)).toEqual([]);
	});

	test("keeps what a later tap says nothing about: the MTU of the bridge", async () => {
		const lan = { mode: "host-only", bridge: "br0" };
		await up([{ ...lan, mtu: 9000 }, { tap0: {} }]);
		const one = await lab.lookSettled();
		await up([lan, { tap1: { mtu: 9000 } }]);
		expect(lab.host.sh("ip link show br0")).toContain("mtu 9000");
		expect((await up([{ ...lan, mtu: 9000 }, { tap0: {} }])).mutations).toEqual([]);
		await down("tap1");
		expect(await lab.networkChanges(one)).toEqual([]);
	});

	test("is shared where two networks leave the same uplink", async () => {
		const before = lab.look();
		await up([nat, { tap0: {} }]);
		const one = await lab.lookSettled();
		const other = { tap: "tap1", owner: 500, address: ["192.168.34.33/24"], nat: "eth1" };
		await up(specFromFlags(other));
		await down("tap1");
		expect(await lab.networkChanges(one)).toEqual([]);
		await up(specFromFlags(other));
		await down("tap0");
		expect(lab.host.sh("nft list ruleset")).toMatch(/elements = \{ "tap1" \. "eth1"/);
		expect(lab.host.sh("cat /proc/sys/net/ipv4/conf/eth1/forwarding")).toBe("1\n");
		await down("tap1");
		expect(lab.changes(before)).toEqual([]);
	});

	test("is forwarding that was on before us, and stays on after us", async () => {
		lab.host.sh("sysctl -qw net.ipv4.conf.eth1.forwarding=1");
		const before = lab.look();
		await up([nat, { tap0: {} }]);
		await down("tap0");
		expect(lab.changes(before)).toEqual([]);
	});

	test("is forwarding of the whole host, set back with all it wrote along", async () => {
		lab.host.sh("ip link add v0 type veth peer name v1; sysctl -qw net.ipv4.conf.v0.forwarding=1");
		const before = lab.look();
		await up([{ ...nat, forwarding: "global" }, { tap0: {} }]);
		expect(lab.host.sh("cat /proc/sys/net/ipv4/conf/v1/forwarding")).toBe("1\n");
		await down("tap0");
		expect(lab.changes(before)).toEqual([]);
	});
});

const natTap = (network: object, tap: object = {}) =>
	labSpec({ ...nat, ...network }, { tap0: { mac: "02:00:00:00:00:01", ...tap } });

const INDEX = "ip -o link show tap0 | cut -d: -f1";

describe("a changed spec is applied in place:", () => {
	test.each([
		["MTU", { mtu: 1400 }, {}, "ip link show tap0", "mtu 1400"],
		["MAC", {}, { mac: "02:00:00:00:00:02" }, "ip link show tap0", "02:00:00:00:00:02"],
		["queue", {}, { txqueuelen: 77 }, "ip link show tap0", "qlen 77"],
		["another address", { addresses: ["192.168.35.1/24"] }, {}, "ip addr", "192.168.35.1/24"],
		[
			"one more address",
			{},
			{ addresses: ["192.168.33.33/24", "10.9.9.1/24"] },
			"ip addr",
			"10.9.9.1",
		],
		["an address outside", { snatTo: "10.33.33.34" }, {}, "nft list ruleset", ": 10.33.33.34"],
		["proxy ARP", { proxyArp: true }, {}, "cat /proc/sys/net/ipv4/conf/tap0/proxy_arp", "1"],
		["forwarding", { forwarding: "global" }, {}, "cat /proc/sys/net/ipv4/ip_forward", "1"],
		[
			"no forwarding",
			{ mode: "host-only", uplink: undefined },
			{},
			"cat /proc/sys/net/ipv4/conf/tap0/forwarding",
			"0",
		],
		["no NAT", { mode: "routed" }, {}, "nft list ruleset", ""],
	])("%s", async (_, network, tap, command, shows) => {
		const before = lab.look();
		await up(natTap({}));
		const first = await lab.lookSettled();
		const index = lab.host.sh(INDEX);

		expect((await up(natTap(network, tap))).result.changed).toBe(true);
		expect(lab.host.sh(command)).toContain(shows);
		expect(lab.host.sh(INDEX)).toBe(index);
		expect((await up(natTap(network, tap))).mutations).toEqual([]);

		expect((await up(natTap({}))).result.changed).toBe(true);
		expect((await lab.networkChanges(first)).filter(isNotNumber)).toEqual([]);

		await up(natTap(network, tap));
		await down("tap0");
		expect(lab.changes(before)).toEqual([]);
	});

	test("what is fixed when a tap is made is refused with the way out", async () => {
		await up(natTap({}));
		const first = await lab.lookSettled();
		await expect(up(natTap({}, { owner: 501 }))).rejects.toMatchObject({
			code: "ERR_CONFLICT",
			hint: expect.stringContaining("umlnet-nl down tap0"),
		});
		expect(await lab.networkChanges(first)).toEqual([]);
	});

	test("--prune takes down what the spec no longer names", async () => {
		const before = lab.look();
		await up([nat, { tap0: {} }]);
		const one = await lab.lookSettled();
		await up([
			{ ...nat, bridge: "br0" },
			{ tap1: {}, tap2: {} },
		]);
		await lab.run((host) => host.up(labSpec(nat, { tap0: {} }), { prune: true }));
		expect(await lab.networkChanges(one)).toEqual([]);
		await lab.run((host) => host.down({ all: true }));
		expect(lab.changes(before)).toEqual([]);
	});
});

describe("the queue of a tap", () => {
	const tap = { tap: "tap0", owner: 500, address: ["192.168.33.33/24"], txqueuelen: 524_288 };

	test("can be opened where it is as long as a spec allows", async () => {
		const spec = specFromFlags(tap);
		await up(spec);
		using _ = quietGuests(spec);
		expect(lab.host.sh("ip link show tap0")).toContain("qlen 524288");
	});

	test.each([
		[0, 1],
		// There is room for what the kernel itself sends in addition.
		[100, 0],
	])("of %i drops %i of a packet for the guest", async (txqueuelen, dropped) => {
		const spec = specFromFlags(tap);
		await up(spec);
		using _ = quietGuests(spec);
		lab.host.sh(`
			sysctl -qw net.ipv6.conf.tap0.disable_ipv6=1
			ip neighbour add 192.168.33.34 lladdr 02:00:00:00:00:01 dev tap0
			ip link set tap0 txqueuelen ${txqueuelen}`);
		const drops = () =>
			(lab.host.json("ip -s -j link show tap0") as { stats64: { tx: { dropped: number } } }[])[0]
				?.stats64.tx.dropped ?? 0;
		const before = drops();
		lab.host.sh("bash -c 'echo hello > /dev/udp/192.168.33.34/9'");
		expect(drops() - before).toBe(dropped);
	});
});

describe("what somebody changed meanwhile", () => {
	test.each([
		["nft flush ruleset", /nft table inet umlnet-nl is gone|source NAT/],
		["nft flush set inet umlnet-nl masqueraded", /source NAT .* is not in place/],
		[
			"nft flush table inet umlnet-nl",
			/nft table inet umlnet-nl has lost the rules of postrouting/,
		],
		["ip link set tap0 down", /tap0: state is down/],
		["ip link set tap0 mtu 1300 alias mine", /tap0: alias is mine/],
		["ip link set tap0 txqueuelen 5", /tap0: txqueuelen is 5, was made 77/],
		["ip address flush dev tap0", /address 192\.168\.33\.33\/24 is missing on tap0/],
		["sysctl -qw net.ipv4.conf.eth1.forwarding=0", /forwarding of eth1 is off/],
		["ip link delete tap0", /tap0 is gone/],
	])("is told by status and repaired by up: %s", async (command, told) => {
		// A tap that is set down or loses all its addresses gets its link-local one back with a carrier, and not by us.
		lab.host.sh("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
		const before = lab.look();
		await up(natTap({ mtu: 1400 }, { txqueuelen: 77 }));
		const first = await lab.lookSettled();
		lab.host.sh(command);
		const { result } = await lab.run((host) => host.status());
		expect(
			result.taps.flatMap(({ drift }) => drift.map(({ message }) => message)).join("\n"),
		).toMatch(told);
		await up(natTap({ mtu: 1400 }, { txqueuelen: 77 }));
		expect((await lab.networkChanges(first)).filter(isNotNumber)).toEqual([]);
		await down("tap0");
		expect(lab.changes(before)).toEqual([]);
	});

	test.each([
		"nft flush ruleset",
		"ip link delete tap0",
		"ip link set tap0 down; ip link set tap0 name other",
		"ip address flush dev tap0",
		"sysctl -qw net.ipv4.conf.tap0.forwarding=0",
		"nft flush set inet umlnet-nl masqueraded",
		"nft delete chain inet umlnet-nl postrouting",
	])("keeps down from nothing: %s", async (command) => {
		const before = lab.look();
		await up(natTap({}));
		lab.host.sh(command);
		await down("tap0");
		expect(lab.changes(before)).toEqual([]);
	});

	test.each([
		"ip link set eth1 nomaster",
		"ip link delete br0",
		"ip link set br0 down",
		"ip address add 10.33.33.34/8 dev eth1",
	])("keeps an uplink from nothing: %s", async (command) => {
		const before = lab.look();
		await up(specFromFlags({ ...flags, tap: "tap0" }));
		lab.host.sh(command);
		await down("tap0");
		expect(lab.changes(before)).toEqual([]);
	});

	test.each([
		["ip address delete 10.33.33.34/8 dev br0", /address .*10\.33\.33\.34.* is gone/],
		["ip route delete default", /route .* is gone/],
	])("stays removed where they removed it: %s", async (command, told) => {
		const before = lab.look();
		await up(specFromFlags({ ...flags, tap: "tap0" }));
		lab.host.sh(command);
		await down("tap0");
		const changes = lab.changes(before);
		expect(changes.join("\n")).toMatch(told);
		for (const change of changes) expect(change).toMatch(/is gone/);
	});

	test("does not matter to down where an interface is gone that had something to be set back", async () => {
		lab.host.sh("ip link add v0 type veth peer name v1");
		await up([{ ...nat, forwarding: "global" }, { tap0: {} }]);
		lab.host.sh("ip link delete v0");
		const { result } = await down("tap0");
		expect(result.taps).toEqual(["tap0"]);
		expect(lab.host.sh("cat /proc/sys/net/ipv4/ip_forward")).toBe("0\n");
	});
});

/** A table that was created again has other handles. */
const isNotNumber = (line: string): boolean => !/_HANDLE|^nft rule/.test(line);
