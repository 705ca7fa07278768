import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IGNORED } from "../../src/oracle/ignored.js";
import { difference, snapshot } from "../../src/oracle/snapshot.js";
import { newNetns } from "../../src/sys/netns.js";
import { settled } from "./settled.js";

newNetns();
const stateDir = mkdtempSync(join(tmpdir(), "oracle-"));
const sh = (script: string): string =>
	execFileSync("sh", ["-euc", script], { encoding: "utf8", cwd: stateDir });

/** A host with one object of every type. */
const HOST = `
ip link set lo up
sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
ip link add eth0 type veth peer name far
ip link add br0 type bridge
ip link set far master br0
for link in eth0 far br0; do ip link set $link up; done
ip address add 10.0.0.1/8 dev eth0
ip address add 10.0.0.2/8 dev eth0
ip address add 10.0.0.3/8 dev eth0
ip address add 2001:db8::1/64 dev eth0
ip route add default via 10.0.0.254
ip nexthop add id 7 via 10.0.0.9 dev eth0
ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev eth0
ip neigh add proxy 10.0.0.8 dev eth0
nft -f - <<-END
	table inet foreign {
		counter hits { }
		set friends { type ipv4_addr; elements = { 10.9.9.9, 10.9.9.8 } }
		chain input {
			type filter hook input priority 0; policy accept
			ct state established counter accept
			ip saddr @friends counter
			tcp dport 22 counter name hits accept
		}
	}
END
touch journal
`;

const ping = (to: string, count = 1): string =>
	execFileSync("busybox", ["ping", "-q", "-c", `${count}`, "-i", "0.1", "-W", "2", to], {
		encoding: "utf8",
	});

beforeAll(async () => {
	sh(HOST);
	ping("10.0.0.1");
	await settled();
});
afterAll(() => rmSync(stateDir, { recursive: true }));

const look = () => snapshot({ stateDir, descriptors: true });

test("nothing differs in a namespace that nobody touches", async () => {
	const before = look();
	expect(difference(before, look())).toEqual([]);
});

test("every section has something in it, so that looking at it means something", () => {
	const { messages, values, files } = look();
	const empty = [...messages].filter(([, found]) => found.length === 0).map(([name]) => name);
	// Flowtables are a module that not every kernel has.
	expect(empty.filter((name) => name !== "nft flowtable")).toEqual([]);
	expect(values.size).toBeGreaterThan(400);
	expect([...files.keys()]).toEqual(["journal"]);
});

test("packets that only pass change nothing", () => {
	const before = look();
	ping("10.0.0.1", 3);
	const after = look();
	const raw = (name: string) => [before, after].map(({ messages }) => messages.get(name));
	const [rulesBefore, rulesAfter] = raw("nft rule");
	expect(rulesAfter).not.toEqual(rulesBefore);
	expect(difference(before, after, { except: ["conntrack"] })).toEqual([]);
});

test("every name on the ignore list is one the tables know", async () => {
	const uapi = await import("../../src/uapi/index.js");
	const { facts } = await import("../facts/walk.js");
	const known = new Set(facts(uapi).map(({ name }) => name.replace(/^.*\./, "")));
	for (const name of IGNORED.keys()) expect(known).toContain(name.replace(/^.*\./, ""));
});

/** Changes, and the line that must report each. */
const CHANGES: readonly (readonly [command: string, line: RegExp])[] = [
	["ip neigh change 10.0.0.7 lladdr 02:00:00:00:00:08 dev eth0", /^neighbour .*NDA_LLADDR/],
	["ip link set eth0 mtu 1400", /^link eth0: IFLA_MTU was 1500, is 1400$/],
	["ip link set eth0 address 02:00:00:00:00:01", /^link eth0: IFLA_ADDRESS was \w+, is 02/],
	["ip link set eth0 alias somebody", /^link eth0: IFLA_IFALIAS was not there, is somebody$/],
	["ip link set eth0 group 9", /^link eth0: IFLA_GROUP was 0, is 9$/],
	["ip link set eth0 promisc on", /^link eth0: IFLA_PROMISCUITY was 0, is 1$/],
	["ip link property add dev eth0 altname other", /^link eth0: IFLA_PROP_LIST.* is other$/],
	["ip link add v0 type veth peer name v1", /^link v0: is new/],
	["ip tuntap add tap0 mode tap user 500", /^link tap0: is new .*IFLA_TUN_OWNER=500/],
	["ip link set tap0 master br0", /^link tap0: IFLA_MASTER was not there/],
	["bridge link set dev tap0 isolated on", /^link tap0: .*IFLA_BRPORT_ISOLATED was 0, is 1$/],
	["ip link delete tap0", /^link tap0: is gone/],
	["ip link set br0 type bridge stp_state 1", /^link br0: .*IFLA_BR_STP_STATE was 0, is 1$/],
	["ip address add 10.0.0.4/8 dev eth0", /^address .* 10\.0\.0\.4 8: is new/],
	["ip address add 2001:db8::2/64 dev eth0", /^address .* 2001:db8::2 64: is new/],
	[
		"ip address change 2001:db8::2/64 dev eth0 valid_lft 99 preferred_lft 9",
		/IFA_CACHEINFO.*is running down$/,
	],
	["ip address delete 2001:db8::1/64 dev eth0", /^address .* 2001:db8::1 64: is gone/],
	["ip route add 172.16.0.0/12 via 10.0.0.9 metric 5", /^route 2 254 172\.16\.0\.0 .*is new/],
	["ip route add 172.16.0.0/12 via 10.0.0.9 table 100", /^route 2 100 172\.16\.0\.0 .*is new/],
	["ip route change default via 10.0.0.253", /^route .*RTA_GATEWAY was 10\.0\.0\.254, is/],
	["ip -6 route add 2001:db8:1::/48 dev eth0", /^route 10 254 2001:db8:1:: .*is new/],
	["ip rule add from 10.0.0.2 lookup 100 priority 50", /^rule 2 50: is new/],
	["ip -6 rule delete priority 32766", /^rule 10 32766: is gone/],
	["ip nexthop replace id 7 via 10.0.0.10 dev eth0", /^nexthop 7: NHA_GATEWAY was/],
	["ip neigh delete proxy 10.0.0.8 dev eth0", /^proxied neighbour .*is gone/],
	["bridge fdb add 02:00:00:00:00:09 dev far master static", /^forwarding entry .*is new/],
	["sysctl -qw net.ipv4.conf.eth0.forwarding=1", /^netconf .*NETCONFA_FORWARDING was 0, is 1$/],
	["sysctl -qw net.ipv4.conf.eth0.proxy_arp=1", /^\/proc\/sys\/net: .*\/proxy_arp was 0, is 1$/],
	["sysctl -qw net.ipv4.ip_forward=1", /^\/proc\/sys\/net: ipv4\/ip_forward was 0, is 1$/],
	["sysctl -qw net.ipv6.conf.far.accept_ra=2", /^\/proc\/sys\/net: .*accept_ra was 1, is 2$/],
	["nft add table ip another", /^nft table .*another: is new/],
	["nft add chain inet foreign extra", /^nft chain .*foreign extra: is new/],
	[
		"nft chain inet foreign input '{ policy drop; }'",
		/^nft chain .*NFTA_CHAIN_POLICY was 1, is 0$/,
	],
	["nft add rule inet foreign extra tcp dport 80 accept", /^nft rule .*foreign extra .*is new/],
	["nft add set inet foreign more '{ type inet_service; }'", /^nft set .*foreign more: is new/],
	["nft add element inet foreign friends '{ 10.9.9.7 }'", /^nft element .*friends: is new/],
	["nft delete element inet foreign friends '{ 10.9.9.9 }'", /^nft element .*friends: is gone/],
	["nft add counter inet foreign misses", /^nft object .*misses: is new/],
	["nft delete table inet foreign", /^nft chain .*foreign input: is gone/],
	["echo more > journal", /^state directory: journal was/],
	["touch lock", /^state directory: lock was not there/],
];

describe("it notices", () => {
	test.each(CHANGES)("%s", (command, line) => {
		const before = look();
		sh(command);
		expect(difference(before, look())).toContainEqual(expect.stringMatching(line));
	});

	test("a new flow", () => {
		sh("nft add table ip t; nft 'add chain ip t c { type filter hook output priority 0; }'");
		sh("nft add rule ip t c ct state new counter");
		const before = look();
		ping("10.0.0.2");
		expect(difference(before, look())).toContainEqual(expect.stringMatching(/^conntrack .*is new/));
	});

	test("addresses of one subnet in another order, and nothing else", () => {
		sh("ip address flush dev eth0; for i in 1 2 3; do ip address add 10.7.0.$i/8 dev eth0; done");
		const before = look();
		sh("ip address del 10.7.0.2/8 dev eth0; ip address add 10.7.0.2/8 dev eth0");
		expect(difference(before, look())).toEqual([
			expect.stringMatching(/^address: in another order/),
		]);
	});

	test("the permissions of a file", () => {
		writeFileSync(join(stateDir, "lock"), "", { mode: 0o644 });
		chmodSync(join(stateDir, "lock"), 0o644);
		const before = look();
		chmodSync(join(stateDir, "lock"), 0o600);
		expect(difference(before, look())).toEqual([
			expect.stringMatching(/^state directory: lock was 644 .*, is 600 /),
		]);
	});

	test("a file that is left open", () => {
		const before = look();
		const fd = openSync(join(stateDir, "journal"), "r");
		expect(difference(before, look())).toEqual([
			`open files: ${fd} was not there, is ${join(stateDir, "journal")}`,
		]);
		closeSync(fd);
		expect(difference(before, look())).toEqual([]);
	});
});
