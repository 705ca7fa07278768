import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StatusReport } from "../../src/engine/report.js";
import { LinuxKernel } from "../../src/kernel/linux.js";
import { readLinkByName } from "../../src/kernel/read.js";
import { request } from "../../src/netlink/request.js";
import { RTM_NEWADDR } from "../../src/uapi/if_addr.js";
import { NLM_F_CREATE } from "../../src/uapi/netlink.js";
import { AF_INET } from "../../src/uapi/socket.js";
import { Lab } from "./lab.js";
import { labSpec, S1, S2, S3, VARIANTS } from "./specs.js";
import { umlnet } from "./umlnet.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

const verify = async (): Promise<StatusReport> =>
	(await lab.run((host) => host.status(undefined, { verify: true }))).result;
const told = ({ resources, strays = [] }: StatusReport): string[] => [
	...resources.flatMap(({ drift }) => drift.map(({ message }) => message)),
	...strays,
];

test.each(Object.entries(VARIANTS))(
	"%s is exactly as applied, and nothing when it is down",
	async (_, spec) => {
		await lab.run((host) => host.up(spec));
		const { result, mutations } = await lab.run((host) => host.status(undefined, { verify: true }));
		expect(told(result)).toEqual([]);
		expect(result).toMatchObject({ exact: true, strays: [] });
		expect(result.resources.length).toBeGreaterThan(0);
		expect(mutations).toEqual([]);
		await lab.run((host) => host.down({ all: true }));
		expect(await verify()).toMatchObject({ exact: true, resources: [], strays: [] });
	},
);

const MASQUERADE = labSpec(
	{ mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] },
	{ tap0: { mac: "02:00:00:00:00:01", mtu: 1400 } },
);
const ROUTED = VARIANTS["routed guests"] as typeof S1;
const BOTH = VARIANTS["NAT of both families"] as typeof S1;
const HALF = VARIANTS["source NAT of IPv4, masquerade of IPv6"] as typeof S1;
const GLOBAL = VARIANTS["forwarding for the whole host"] as typeof S1;
const KEY = (uplink: string) => `umlnet-nl masqueraded '{ "tap7" . "${uplink}" }'`;

/** Changes by somebody else, and the line that must report them. */
const MEDDLINGS: readonly (readonly [script: string, spec: typeof S1, line: RegExp])[] = [
	["ip link set tap0 mtu 1300", MASQUERADE, /mtu is 1300/],
	["ip link set tap0 address 02:00:00:00:00:09", MASQUERADE, /address is 02:00:00:00:00:09/],
	["ip link set tap0 down", S1, /state is down/],
	["ip link set tap0 name tap9", S1, /name is tap9/],
	["ip link set tap0 alias mine", S1, /alias is mine/],
	["ip link delete tap0", S1, /tap0 is gone/],
	["ip link add other type bridge; ip link set tap0 master other", S2, /no port of br0/],
	["ip link set tap0 nomaster", S2, /tap0 is no port of br0/],
	["ip link set eth1 nomaster", S2, /eth1 is no port of br0/],
	["ip link set br0 type bridge stp_state 1", S2, /spanning tree is on/],
	["ip link set br0 address 02:00:00:00:00:09", S2, /address is 02:00:00:00:00:09/],
	["ip link set br0 down", S2, /default route of eth1 is missing on br0/],
	["ip address delete 192.168.33.33/24 dev tap0", S1, /192\.168\.33\.33\/24 is missing/],
	[
		"ip address delete 192.168.33.33/24 dev tap0; ip address add 192.168.33.33/24 dev tap0",
		S1,
		/not the one that was made/,
	],
	["ip route delete 172.16.0.5", ROUTED, /route 172\.16\.0\.5\/32 dev tap0 is missing/],
	["ip route add 172.16.0.6 dev tap0 proto 117", MASQUERADE, /^route 172\.16\.0\.6\/32 by tap0/],
	["sysctl -qw net.ipv4.conf.tap0.forwarding=0", S3, /forwarding of tap0 is off/],
	["sysctl -qw net.ipv4.conf.eth1.forwarding=0", S3, /forwarding of eth1 is off/],
	["sysctl -qw net.ipv6.conf.tap0.force_forwarding=0", BOTH, /IPv6 forwarding of tap0 is off/],
	["sysctl -qw net.ipv6.conf.eth1.force_forwarding=0", BOTH, /IPv6 forwarding of eth1 is off/],
	["sysctl -qw net.ipv4.ip_forward=0", GLOBAL, /ip_forward is 0/],
	["nft flush ruleset", S3, /table inet umlnet-nl is gone/],
	[
		"nft flush chain inet umlnet-nl postrouting",
		S3,
		/rule of chain postrouting, number 1, is missing/,
	],
	[
		"nft add rule inet umlnet-nl postrouting accept",
		S3,
		/rule of chain postrouting, handle \d+, is not/,
	],
	["nft insert rule inet umlnet-nl postrouting counter", S3, /number 1: NFTA_RULE_EXPRESSIONS/],
	["nft add table inet umlnet-nl '{ flags dormant; }'", S3, /NFTA_TABLE_FLAGS is 1/],
	["nft chain inet umlnet-nl postrouting '{ policy drop; }'", S3, /NFTA_CHAIN_POLICY is 0/],
	[`nft add element inet ${KEY("eth1")}`, S3, /element tap7 \. eth1 of nft set/],
	[`nft add element inet ${KEY("eth1").replace("tap7", "tap0")}`, S3, /is in set masqueraded too/],
	["nft flush set inet umlnet-nl ipv6_masqueraded", HALF, /\(IPv6, masquerade\) is not in place/],
	["nft flush set inet umlnet-nl masqueraded", MASQUERADE, /source NAT of tap0 .* is not in place/],
	[
		"ip tuntap add tap8 mode tap; ip link set tap8 alias 'umlnet-nl x'",
		S1,
		/link tap8, alias umlnet-nl x/,
	],
	[
		"ip link add br8 type bridge; ip link set br8 alias 'umlnet-nl x'",
		S1,
		/link br8, alias umlnet-nl x/,
	],
];

/** Changes that are not reported: the spec does not contain the setting, or the object was theirs. */
const THEIRS: readonly (readonly [script: string, spec: typeof S1])[] = [
	["ip link set tap0 mtu 1300", S1],
	["ip link set tap0 txqueuelen 500", S1],
	["ip address delete 10.33.33.34/8 dev br0", S2],
	["ip route delete default", S2],
	["nft add chain inet umlnet-nl mine", S3],
	["nft add set inet umlnet-nl mine '{ type ipv4_addr; }'", S3],
	["nft add counter inet umlnet-nl mine", S3],
];

describe("it is silent about, and up leaves alone,", () => {
	test.each(THEIRS)("%s", async (script, spec) => {
		await lab.run((host) => host.up(spec));
		lab.host.sh(script);
		expect(told(await verify())).toEqual([]);
		expect((await lab.run((host) => host.up(spec))).mutations).toEqual([]);
		expect(told(await verify())).toEqual([]);
	});
});

describe("it tells of", () => {
	test.each(MEDDLINGS)("%s", async (script, spec, line) => {
		await lab.run((host) => host.up(spec));
		lab.host.sh(script);
		const report = await verify();
		expect(told(report)).toContainEqual(expect.stringMatching(line));
		expect(report.exact).toBe(false);
	});
});

test("an address with our mark that nobody asked for", async () => {
	await lab.run((host) => host.up(S1));
	const kernel = new LinuxKernel();
	const { ifi_index } = readLinkByName(kernel, "tap0") as { ifi_index: number };
	const IFA_LOCAL = Uint8Array.of(192, 168, 33, 35);
	const address = { ifa_family: AF_INET, ifa_prefixlen: 24, ifa_index: ifi_index, IFA_LOCAL };
	kernel.rtnetlink([request(RTM_NEWADDR, NLM_F_CREATE, { ...address, IFA_PROTO: 117 })]);
	kernel.close();
	expect(told(await verify())).toEqual(["address 192.168.33.35/24 on tap0"]);
});

test("a foreign table of our name where nothing of ours is", async () => {
	lab.host.sh("nft add table inet umlnet-nl");
	expect(told(await verify())).toEqual(["nft table inet umlnet-nl is not ours"]);
});

test("what others have beside ours is none of it", async () => {
	await lab.run((host) => host.up(S3));
	lab.host.sh(
		"ip link add br7 type bridge; ip address add 10.7.0.1/8 dev br7; ip route add 10.9.0.0/16 dev tap0",
	);
	lab.host.sh("nft add table inet mine; nft add set inet mine masqueraded '{ type ipv4_addr; }'");
	expect(told(await verify())).toEqual([]);
});

test("the command says it by its exit status, and what it is", async () => {
	const around = { netns: lab.host.path, stateDir: lab.stateDir };
	await lab.run((host) => host.up(S3));
	const good = umlnet(around, "status", "--verify");
	expect(good).toMatchObject({ status: 0, stderr: "" });
	expect(good.stdout).toMatch(/^ok +tap tap0$/m);
	expect(good.stdout).not.toMatch(/^differs|^stray/m);
	lab.host.sh("ip link set tap0 alias mine; nft add rule inet umlnet-nl postrouting accept");
	const bad = umlnet(around, "status", "--verify");
	expect(bad).toMatchObject({
		status: 5,
		stderr: expect.stringContaining("not as it was applied"),
	});
	expect(bad.stdout).toMatch(/^differs tap tap0: tap0: alias is mine, was made umlnet-nl/m);
	expect(bad.stdout).toMatch(
		/^differs table umlnet-nl: .*chain postrouting, handle \d+, is not ours$/m,
	);
	const json = umlnet(around, "--json", "status", "--verify");
	expect(json.status).toBe(5);
	expect(JSON.parse(json.stdout)).toMatchObject({ exact: false, strays: [] });
	expect(umlnet(around, "status", "tap9", "--verify").status).toBe(5);
	// Without --verify drift is reported, and the command succeeds.
	expect(umlnet(around, "status").status).toBe(0);
});
