/**
 * Invalid input, one case a row, through the whole command on a real host: the exit status is 2 or 5, the error has a
 * place and a reason, and no change was requested from the kernel. The possible values of each field are tested in
 * test/engine.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Host } from "../../src/host/host.js";
import { LinuxKernel } from "../../src/kernel/linux.js";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import { umlnet } from "../cli/console.js";
import { CountingKernel } from "./counting.js";
import { Lab } from "./lab.js";

let lab: Lab;
let before: Snapshot;
const directory = mkdtempSync(join(tmpdir(), "umlnet-nl-"));
beforeAll(async () => {
	lab = await Lab.open(`
		ip link add other type bridge
		ip link add v0 type veth peer name v1
		ip link set v0 master other
		ip link add docker0 type veth peer name veth1
		ip address add 172.17.0.1/16 dev docker0
		ip link set docker0 up
		ip link set veth1 up
		ip route add 172.30.5.0/24 via 10.33.33.1
		ip route add 0.0.0.0/1 via 10.33.33.1
		ip route add 128.0.0.0/1 via 10.33.33.1
		ip address add 2001:db8:7::1/64 dev docker0 nodad
		ip link property add dev v1 altname twin
		ip tuntap add theirs mode tap user 1000
		ip tuntap add tun7 mode tun`);
	before = lab.look();
});
afterAll(() => {
	lab.close();
	rmSync(directory, { recursive: true });
});

/** Run a command on the host of the lab, and also return the requests that could have changed something. */
async function command(args: readonly string[], stdin = "") {
	const kernel = new CountingKernel(new LinuxKernel());
	const host = new Host(kernel, { stateDir: lab.stateDir });
	const ended = await umlnet(["--json", ...args], {
		stdin,
		host: {
			up: (spec, options) => host.up(spec, options),
			down: (which, options) => host.down(which, options),
			close: () => host.close(),
		},
	});
	if (ended.opened.length === 0) host.close();
	return { ...ended, mutations: kernel.mutations };
}

type Fields = Readonly<Record<string, unknown>>;
const HOST = "192.168.33.33/24";
const lan = { mode: "host-only", addresses: [HOST] };

/** A spec with one network, and taps with these fields. */
const spec = (network: Fields, taps: Readonly<Record<string, Fields>> = { tap0: {} }): string =>
	JSON.stringify({
		version: 1,
		networks: { lab: { ...lan, ...network } },
		taps: Object.fromEntries(
			Object.entries(taps).map(([name, tap]) => [name, { network: "lab", owner: 500, ...tap }]),
		),
	});
const tap = (fields: Fields) => spec({}, { tap0: fields });
const named = (name: string) => spec({}, { [name]: {} });
const address = (cidr: unknown) => spec({ addresses: [cidr] });
const bridged = { mode: "bridged", bridge: "br0", addresses: undefined };
const MAC = "52:54:00:00:00:01";
const GUEST = ["192.168.33.40/24"];
const guest = (key: string, value: unknown) => ({ guest: { [key]: value } });

const BAD_NAMES = [
	...["a234567890123456", "äöüäöüäöü", "", ".", "..", "all", "default", "lo", "-rf", "%d", "tap%d"],
	...["%s", "a%db%d", "a/b", "a:b", "a b", "a\tb", "a\nb", "a\0b", "a\u00a0b", "a\u001b[31m"],
	...["a\ud800", "t\u0430p0", "cafe\u0301"],
];
const BAD_CIDRS = [
	...["10.0.0.1", "10.0.0.1/33", "10.0.0.1/-1", "10.0.0.1/08", "10.0.0.1/24.0", "10.0.0.1/0"],
	...["010.0.0.1/24", "0x0a.0.0.1/24", "10.1/24", "1e1.0.0.1/24", "10.0.0.1/24 ", " 10.0.0.1/24"],
	...["10.0.0.0/24", "10.0.0.255/24", "0.0.0.0/24", "255.255.255.255/32", "224.0.0.1/24"],
	...["127.0.0.5/8", "169.254.169.254/16", "::ffff:10.0.0.1/120", "::/64", "::1/128", "ff02::1/64"],
	...["fe80::1/64", "fe80::1%eth0/64", "2001:db8::1/129", "2001:db8::1%1/64", null, 7, ""],
	"10.0.0.1/24/24",
];
const BAD_MACS = [
	...["01:00:5e:00:00:01", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "02:00:00:00:00"],
	...["02:00:00:00:00:00:01", "zz:00:00:00:00:01", 2],
];
const BAD_MTUS = [0, 67, 65_522, 65_536, 2 ** 31, -1, 1500.5, "1500", null];
const BAD_OWNERS = [-1, 2 ** 32 - 1, 2 ** 32, "no-such-user", 1.5, null, ""];

/** The name of the case, the spec, the path in the error, and its message. */
type Row = readonly [name: string, text: string, path: string | null, says: RegExp];
const each = <T>(
	what: string,
	values: readonly T[],
	text: (value: T) => string,
	path: string,
	says: RegExp,
): Row[] => values.map((value) => [`${what} ${JSON.stringify(value)}`, text(value), path, says]);
const plain = (text: string, says: RegExp, path: string | null = null): Row => [
	JSON.stringify(text.slice(0, 40)),
	text,
	path,
	says,
];
const inLab = (rest: string): string =>
	`version: 1\nnetworks: {lab: {mode: host-only, ${rest}}}\ntaps: {}`;
const DEEPER = "bcdefghij";
const BOMB = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...DEEPER]
	.map((name, i) => `${name}: &${name} [${`*${`a${DEEPER}`[i]},`.repeat(9)}]`)
	.join("\n")}`;

/** Specs that make no sense on any host. */
const MEANINGLESS: readonly Row[] = [
	...each(
		"the name",
		BAD_NAMES,
		named,
		"taps",
		/is not a valid name for an interface: (is|stands|has|begins) /,
	),
	...each("the address", BAD_CIDRS, address, "networks.lab.addresses[0]", /./),
	...each("the MAC", BAD_MACS, (mac) => tap({ mac }), "taps.tap0.mac", /MAC address|must be text/),
	...each("the MTU", BAD_MTUS, (mtu) => tap({ mtu }), "taps.tap0.mtu", /must be/),
	...each(
		"the owner",
		BAD_OWNERS,
		(owner) => tap({ owner }),
		"taps.tap0.owner",
		/must be|not a user/,
	),
	[
		"an MTU below 1280 and IPv6",
		spec({ addresses: ["2001:db8::1/64"], mtu: 1279 }),
		"networks.lab.mtu",
		/at least 1280/,
	],
	[
		"the host's own address for the guest",
		tap({ guest: { addresses: [HOST] } }),
		"taps.tap0.guest.addresses[0]",
		/is the host's own address/,
	],
	[
		"a guest outside of the subnet",
		tap({ guest: { addresses: ["192.168.34.2/24"] } }),
		"taps.tap0.guest.addresses[0]",
		/not in the subnet/,
	],
	[
		"a guest that is the broadcast address",
		tap({ guest: { addresses: ["192.168.33.255/24"] } }),
		"taps.tap0.guest.addresses[0]",
		/broadcast/,
	],
	[
		"one subnet twice",
		JSON.stringify({
			version: 1,
			networks: { a: lan, b: { ...lan, addresses: ["192.168.33.34/24"] } },
			taps: { tap0: { network: "a" }, tap1: { network: "b" } },
		}),
		"networks.b.addresses[0]",
		/overlaps/,
	],
	[
		"two guests with one address",
		spec({ bridge: "br0" }, { tap0: guest("addresses", GUEST), tap1: guest("addresses", GUEST) }),
		"taps.tap1.guest.addresses[0]",
		/address of another guest/,
	],
	[
		"two guests with one MAC",
		spec({ bridge: "br0" }, { tap0: guest("mac", MAC), tap1: guest("mac", MAC) }),
		"taps.tap1.guest.mac",
		/already the MAC of another interface/,
	],
	[
		"a guest with the tap's MAC",
		tap({ mac: MAC, guest: { mac: MAC } }),
		"taps.tap0.guest.mac",
		/already the MAC of another interface/,
	],
	...["lo", "tap0", "br0"].map(
		(uplink): Row => [
			`the uplink ${uplink}`,
			spec({ ...bridged, uplink }),
			"networks.lab.uplink",
			/loopback|tap of this spec|bridge itself/,
		],
	),
	[
		"a bridge that is a tap",
		spec({ ...bridged, bridge: "tap0" }),
		"networks.lab.bridge",
		/a tap of this spec/,
	],
	...["vlan", "queues"].map(
		(key): Row => [
			`a tap's ${key}`,
			tap({ [key]: ["2222:22"] }),
			`taps.tap0.${key}`,
			/not implemented|not a known/,
		],
	),
	...each(
		"isolation",
		["true", 1, null, []],
		(isolation) => spec({ isolation }),
		"networks.lab.isolation",
		/must be true or false/,
	),
	[
		"a key that is not known",
		spec({ brigde: "br0" }),
		"networks.lab.brigde",
		/did you mean bridge/,
	],
	["a key of every object", spec({ toString: 1 }), "networks.lab.toString", /not a known key/],
	plain('{"version":1,"__proto__":{}}', /not a known key/, "__proto__"),
	plain('{"version":1,"constructor":{}}', /not a known key/, "constructor"),
	plain('{"version":1,"version":1}', /given twice/, "version"),
	plain('{"version":2}', /knows version 1/, "version"),
	plain('{"version":"1"}', /must be a whole number/, "version"),
	plain("[]", /must be a map/),
	plain("", /is empty/),
	plain("# nothing", /is empty/),
	["UTF-16", Buffer.from(`\ufeff${named("tap0")}`, "utf16le").toString("latin1"), null, /UTF-8/],
	plain("version: 1\0", /U\+0000/),
	plain("version: 1\nnetworks:\n\tlab: {}\n", /Tabs are not allowed/),
	plain('{"version":1,}', /is not valid JSON/),
	plain('{"version":1 /* x */}', /is not valid JSON/),
	plain("[".repeat(1_000_000), /nested too deep/),
	plain("x".repeat(5_000_000), /longer than/),
	["an alias bomb", BOMB, "f[0]", /too many/],
	plain("version: &a [*a]", /not defined before it/, "version[0]"),
	plain("version: 1\n<<: {networks: {}}", /no merge keys/, '["<<"]'),
	plain("version: !!js/function 'function(){}'", /Unresolved tag/),
	["Norway", inLab("proxyArp: no"), "networks.lab.proxyArp", /true or false/],
	["a sexagesimal number", inLab("mtu: 25:00"), "networks.lab.mtu", /whole number/],
	["a number with _", inLab("mtu: 1_500"), "networks.lab.mtu", /whole number/],
	plain("version: 2026-01-01", /whole number/, "version"),
	plain("version: 1\n---\nversion: 1", /second document/),
];

/** Specs that make sense, but not on this host. */
const IN_THE_WAY: readonly (readonly [...Row, status: number])[] = [
	...["eth1", "other", "theirs", "tun7", "v0", "twin"].map(
		(name) =>
			[
				`a tap named ${name}`,
				named(name),
				`taps.${name}`,
				/not ours, wanted a new tap/,
				5,
			] as const,
	),
	...["v1", "theirs"].map(
		(name) =>
			[
				`a bridge named ${name}`,
				spec({ ...bridged, bridge: name }),
				"networks.lab.bridge",
				/not ours, wanted a new bridge/,
				5,
			] as const,
	),
	[
		"an address for a bridge of somebody else's",
		spec({ ...bridged, bridge: "other", addresses: ["10.77.0.1/24"] }),
		"networks.lab.addresses",
		/not ours, wanted one with address/,
		5,
	],
	[
		"an uplink in somebody's bridge",
		spec({ ...bridged, uplink: "v0" }),
		"networks.lab.uplink",
		/a port of other/,
		5,
	],
	[
		"an uplink that is a bridge",
		spec({ ...bridged, uplink: "other" }),
		"networks.lab.uplink",
		/found a bridge/,
		5,
	],
	...Object.entries({
		"the uplink's": ["10.33.33.99/8", "10.0.0.0/8 on eth1"],
		"docker's": ["172.17.0.9/16", "172.17.0.0/16 on docker0"],
		"docker's, in IPv6": ["2001:db8:7::9/64", "2001:db8:7::/64 on docker0"],
		"one with a route": ["172.30.5.1/24", "172.30.5.0/24 on eth1"],
		"one around a route": ["172.30.5.1/16", "172.30.5.0/24 on eth1"],
		"one around an address of the host": ["10.33.33.34/24", "10.33.33.34/32 on eth1"],
	}).map(
		([whose, [subnet, found]]) =>
			[
				`the subnet of another: ${whose}`,
				address(subnet),
				"taps.tap0.addresses",
				new RegExp(`found ${found}, wanted`),
				5,
			] as const,
	),
	...[bridged, { mode: "nat" }].map(
		(network) =>
			[
				`no such uplink, ${network.mode}`,
				spec({ ...network, uplink: "eth7" }),
				"networks.lab.uplink",
				/no interface eth7/,
				2,
			] as const,
	),
];

interface Failure {
	readonly path: string | null;
	readonly message: string;
}
/** The error of a command that changed nothing. */
async function failure(text: string, status: number): Promise<Failure> {
	const ended = await command(["up", "-f", "-"], text);
	expect(ended.status, ended.stdout).toBe(status);
	expect(ended.mutations.length, "asked of the kernel").toBeLessThanOrEqual(status === 2 ? 0 : 2);
	expect(lab.changes(before)).toEqual([]);
	return (JSON.parse(ended.stdout) as { error: Failure }).error;
}

test.each(MEANINGLESS)("%s", async (_, text, path, says) => {
	const error = await failure(text, 2);
	if (path === "taps") expect(error.path).toMatch(/^taps[.[]/);
	else expect(error.path).toBe(path);
	expect(error.message).toMatch(says);
});

test.each(IN_THE_WAY)("on this host: %s", async (_, text, path, says, status) => {
	const error = await failure(text, status);
	expect(error.path).toBe(path);
	expect(error.message).toMatch(says);
});

describe("a file that is none:", () => {
	const NONE: Readonly<Record<string, (path: string) => void>> = {
		"a directory": (path) => mkdirSync(path),
		"without an end": (path) => symlinkSync("/dev/zero", path),
		"a link to nowhere": (path) => symlinkSync("nowhere", path),
		"not there": () => {},
		empty: (path) => writeFileSync(path, ""),
	};
	test.each(Object.entries(NONE))("%s", async (name, make) => {
		const path = join(directory, name);
		make(path);
		const { status, stdout, mutations } = await command(["up", "-f", path]);
		expect(status).toBe(2);
		expect(stdout).toContain(name);
		expect(mutations).toEqual([]);
		expect(lab.changes(before)).toEqual([]);
	});
});
