/** What may be said wrong of guests that nobody trusts: each is refused with its place, and what to write instead. */
import { describe, expect, it, test } from "vitest";
import { parseEgress } from "../../src/spec/egress.js";
import { type Flags, specFromFlags, specInNetwork } from "../../src/spec/flags.js";
import { checkSpec } from "../../src/spec/spec.js";
import { issuesOf, one, refuse, refuseText } from "./refusal.js";

const guest = { addresses: ["10.7.0.2/24", "fd07::2/64"], mac: "52:54:00:00:00:02" };
const lab = { mode: "nat", uplink: "eth1", addresses: ["10.7.0.1/24", "fd07::1/64"] };
const spec = (network: object, tap: object = {}) => ({
	version: 1,
	networks: { lab: { ...lab, ...network }, db: { mode: "host-only" } },
	taps: { t1: { network: "lab", guest, ...tap } },
});
const ON_NETWORK = ["guard", "isolation", "reaches", "inbound", "egress", "host", "limits"];
const ON_TAP = ["guard", "egress", "host", "limits", "publish"];
const WORDS = {
	guard: "must be basic, strict or none",
	inbound: "must be published or open",
	host: "must be open, services or closed",
	isolation: "must be true or false",
} as const;

/** What a key must be, and where it is said to be wrong. */
function expected(key: string, value: unknown): readonly [place: string, message: string] {
	if (Object.hasOwn(WORDS, key)) return [key, WORDS[key as keyof typeof WORDS]];
	if (key === "limits") return [key, "must be a map with the keys download, upload, connections"];
	const isList = Array.isArray(value);
	if (key === "egress" && !isList && value !== null && typeof value !== "object")
		return [key, "must be text"];
	return isList ? [`${key}[0]`, "must be text"] : [key, "must be a list"];
}

const WRONG_TYPES = [null, 5, {}, [5], [null], [[]]];
const places = [
	...ON_NETWORK.map((key) => ["networks.lab", key] as const),
	...ON_TAP.map((key) => ["taps.t1", key] as const),
];
const rows = places.flatMap(([at, key]) =>
	WRONG_TYPES.flatMap((value) =>
		// A map of no limits is no limits.
		key === "limits" && JSON.stringify(value) === "{}"
			? []
			: [[at, key, JSON.stringify(value), value] as const],
	),
);
test.each(rows)("%s.%s: %s is of another type", (at, key, _, value) => {
	const said = { [key]: value };
	const [place, message] = expected(key, value);
	const issues = refuse(at.startsWith("taps") ? spec({}, said) : spec(said));
	expect(issues).toEqual(one(`${at}.${place}`, message));
	if (value === null) expect(issues[0]?.hint).toBe("give it a value or remove the key");
	if (Array.isArray(value) && value[0] === 5 && place.endsWith("]"))
		expect(issues[0]?.hint).toBe("put it in quotes");
});

describe("a word that is none", () => {
	test.each([
		["guard", "strickt", "must be basic, strict or none", "did you mean strict?"],
		["guard", "", 'is the text "", must be basic, strict or none', undefined],
		["inbound", "publish", "must be published or open", "did you mean published?"],
		["inbound", "Open", "must be published or open", "did you mean open?"],
		["host", "service", "must be open, services or closed", "did you mean services?"],
		["host", "none", "must be open, services or closed", undefined],
		["isolation", "yes", "must be true or false", "yes and no are text since YAML 1.2"],
		["reaches", "db", "must be a list", "put it in [ ]"],
	])("%s: %s", (key, value, message, hint) => {
		const issues = refuse(spec({ [key]: value }));
		expect(issues).toEqual(one(`networks.lab.${key}`, message));
		expect(issues[0]?.hint).toBe(hint);
	});

	test.each([
		["t1", "isolation", "it is a key of a network"],
		["t1", "reaches", "it is a key of a network"],
		["t1", "inbound", "it is a key of a network"],
		["t1", "hosts", "did you mean host?"],
		["lab", "publish", "it is a key of a tap"],
		["lab", "isolaton", "did you mean isolation?"],
	])("the key %s.%s", (at, key, hint) => {
		const said = { [key]: true };
		const [issue, ...others] = refuse(at === "t1" ? spec({}, said) : spec(said));
		expect(others).toEqual([]);
		const path = `${at === "t1" ? "taps.t1" : "networks.lab"}.${key}`;
		expect(issue).toMatchObject({ path, message: "is not a known key", hint });
	});
});

describe("networks that are reached", () => {
	test.each([
		[["lab"], 0, "is the network itself", "its guests reach each other unless isolation is on"],
		[["db", "db"], 1, '"db" is given twice', undefined],
		[["dbs"], 0, '"dbs" is none of the networks', "did you mean db?"],
		[["db", "web"], 1, '"web" is none of the networks', "a network that is named here"],
		[[""], 0, '"" is none of the networks', "a network that is named here"],
		[["__proto__"], 0, '"__proto__" is none of the networks', "a network that is named here"],
	])("%j", (reaches, i, message, hint) => {
		const issues = refuse(spec({ reaches }));
		expect(issues).toEqual(one(`networks.lab.reaches[${i}]`, message));
		if (hint === undefined) expect(issues[0]?.hint).toBeUndefined();
		else expect(issues[0]?.hint).toContain(hint);
	});

	it("are told nothing of where networks could not be read", () => {
		const issues = refuse({ version: 1, networks: { lab: { ...lab, reaches: ["db"] }, db: 5 } });
		expect(issues).toEqual(one("networks.db", "is the number 5"));
	});
});

const SUBNETS = "subnets of /8, /16, /24, /32 are one each";
const FEWER = "fewer ports, or none, which are all of them";
const EXAMPLES = "such as internet, 10.1.0.0/16";
const ITEMS: readonly (readonly [item: string, message: string, hint?: string])[] = [
	["", '"" is no address or subnet', EXAMPLES],
	["Internet", "is neither an address nor full, internet, none", EXAMPLES],
	["localhost", "is neither an address nor full, internet, none", EXAMPLES],
	["*.debian.org:443", "is a name: names need a resolver", "write the addresses"],
	["debian.org", "is a name", "write the addresses"],
	["10.1/16", "an IPv4 address is four decimal numbers", EXAMPLES],
	["10.01.0.0/16", "a leading zero", EXAMPLES],
	[" 10.1.0.0/16", '" 10.1.0.0/16" is no address or subnet', EXAMPLES],
	["10.1.0.0/", "the prefix length is a decimal number from 0 to 32", EXAMPLES],
	["10.1.0.0/33", "the prefix length is a decimal number from 0 to 32", EXAMPLES],
	["2001:db8::/129", "the prefix length is a decimal number from 0 to 128", EXAMPLES],
	["10.1.0.1/16", "has bits behind its prefix length", "10.1.0.0/16 is the subnet"],
	["2001:db8::1/32", "has bits behind its prefix length", "2001:db8::1 the one address"],
	["10.1.0.0/16/tcp", "is neither an address nor", EXAMPLES],
	["10.1.0.0/16:", '"" is no port or range of ports', EXAMPLES],
	["10.1.0.0/16:0", '"0" is no port or range of ports', EXAMPLES],
	["10.1.0.0/16:65536", '"65536" is no port or range of ports', EXAMPLES],
	["10.1.0.0/16:http", '"http" is no port or range of ports', EXAMPLES],
	["10.1.0.0/16:1-2-3", '"1-2-3" is no port or range of ports', EXAMPLES],
	["10.1.0.0/16:90-80", "the range 90-80 ends before it begins", "80-90"],
	["10.1.0.0/16:80/icmp", '"icmp" is none of tcp, udp, sctp'],
	["10.1.0.0/16:80/TCP", '"TCP" is none of tcp, udp, sctp'],
	["10.1.0.0/16:80/", '"" is none of tcp, udp, sctp'],
	["2001:db8::/32:80", "the prefix length is a decimal number from 0 to 128", EXAMPLES],
	["[2001:db8::1", "is no address with ports", EXAMPLES],
	["[2001:db8::/32]80", "is no address with ports", EXAMPLES],
	["[10.1.0.0/16]:80", "has brackets in the wrong place", EXAMPLES],
	["fe80::1%eth0", "a zone (%)", EXAMPLES],
	["::ffff:10.0.0.1", "is IPv4 written as IPv6, which no packet has", "write it as IPv4"],
	["[::ffff:10.0.0.0/104]:80", "is IPv4 written as IPv6", "write it as IPv4"],
	["10.1.0.0/16:1-513", "would be 1026 elements of sets, 1024 at most", FEWER],
	["10.1.0.0/16:1-1025/tcp", "would be 1025 elements of sets, 1024 at most", FEWER],
	["10.0.0.0/9:1-9/tcp", "would be 1152 elements of sets, 1024 at most", SUBNETS],
	["[2001::/17]:80", "would be 65536 elements of sets", "subnets of /32, /48, /64, /128"],
];

describe("an item of egress", () => {
	test.each(ITEMS.map(([item, message, hint]) => ({ item, message, hint })))(
		"$item: $message",
		({ item, message, hint }) => {
			for (const [said, path] of [
				[spec({ egress: ["10.0.0.1", item] }), "networks.lab.egress[1]"],
				[spec({}, { egress: ["10.0.0.1", item] }), "taps.t1.egress[1]"],
				[spec({ egress: item }), "networks.lab.egress"],
			] as const) {
				const issues = refuse(said);
				expect(issues).toEqual(one(path, message));
				if (hint === undefined) expect(issues[0]?.hint).toBeUndefined();
				else expect(issues[0]?.hint).toContain(hint);
			}
			const flags = { tap: "t1", nat: "eth1", address: ["10.7.0.1/24"], egress: [item] };
			expect(issuesOf(() => specFromFlags(flags))).toEqual([
				expect.objectContaining({
					flag: "--egress",
					path: "networks.t1.egress[0]",
					message: expect.stringContaining(message),
				}),
			]);
		},
	);

	test.each([
		["10.1.0.0/16:1-512", "10.1.0.0/16:1-512"],
		["10.1.0.0/16:01-1024/tcp", "10.1.0.0/16:1-1024/tcp"],
		["10.0.0.0/9:1-8/tcp", "10.0.0.0/9:1-8/tcp"],
		["192.0.2.7/32:443", "192.0.2.7:443"],
		["[2001:DB8::/32]", "2001:db8::/32"],
		["[2001:DB8::0/30]:80-80/udp", "[2001:db8::/30]:80/udp"],
		["0.0.0.0/0", "0.0.0.0/0"],
		["::/0", "::/0"],
	])("%s is %s", (written, canonical) => {
		const { egress } = checkSpec(spec({ egress: written })).networks.lab ?? {};
		expect(egress).toEqual([canonical]);
		expect(parseEgress(canonical)).toEqual(parseEgress(written));
	});

	it("is taken once", () => {
		const egress = ["10.1.0.0/16", "10.1.0.0/16", "10.1.0.0/16:80"];
		expect(checkSpec(spec({ egress })).networks.lab?.egress).toEqual([
			"10.1.0.0/16",
			"10.1.0.0/16:80",
		]);
	});
});

describe("egress", () => {
	test.each([
		[["none", "10.1.0.0/16"], 0],
		[["10.1.0.0/16", "internet"], 1],
		[["full", "none"], 0],
		[["internet", "internet"], 0],
	])("%j: a word stands alone", (egress, i) => {
		expect(refuse(spec({ egress }))).toEqual(
			one(`networks.lab.egress[${i}]`, `${egress[i]} stands alone, not in a list with others`),
		);
		expect(refuse(spec({}, { egress }))).toEqual(one(`taps.t1.egress[${i}]`, "stands alone"));
	});

	it("is no empty list, which could be all or nothing", () => {
		expect(refuse(spec({ egress: [] }))).toMatchObject([
			{
				path: "networks.lab.egress",
				message: "is an empty list",
				hint: "say none, or leave it out",
			},
		]);
		expect(refuse(spec({}, { egress: [] }))).toEqual(one("taps.t1.egress", "is an empty list"));
	});

	it("is not too much", () => {
		const egress = Array.from({ length: 4096 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
		expect(() => checkSpec(spec({ egress }))).not.toThrow();
		const more = [...egress, "10.1.0.0/16"];
		const message = "would be 4097 elements of sets, 4096 at most";
		expect(refuse(spec({ egress: more }))).toEqual(one("networks.lab.egress", message));
		expect(refuse(spec({}, { egress: more }))).toEqual(one("taps.t1.egress", message));
	});

	it("of one guest is of a family that it has an address of", () => {
		const egress = ["10.1.0.0/16", "2001:db8::/32"];
		const message = "2001:db8::/32 cannot be reached: the guest has no IPv6 address here";
		const only4 = { addresses: ["10.7.0.2/24"] };
		expect(refuse(spec({}, { guest: only4, egress }))).toEqual(one("taps.t1.egress[1]", message));
		expect(() => checkSpec(spec({ egress }, { guest: only4 }))).not.toThrow();
		expect(() => checkSpec(spec({}, { guest: only4, egress: "none" }))).not.toThrow();
	});

	it("that is listed for one guest needs its addresses; a word does not, on a tap of its own", () => {
		const said = { guest: {}, egress: ["10.1.0.0/16"] };
		const needed = one("taps.t1.egress", "needs the guest's addresses: what is listed for one");
		expect(refuse(spec({}, said))).toEqual(needed);
		expect(() => checkSpec(spec({}, { guest: {}, egress: "none" }))).not.toThrow();
		const told = "needs the guest's addresses: they tell it from others on br0";
		for (const [key, value] of [["egress", "none"] as const, ["host", "closed"] as const]) {
			const issues = refuse(spec({ bridge: "br0" }, { guest: {}, [key]: value }));
			expect(issues).toEqual(one(`taps.t1.${key}`, told));
			expect(issues[0]?.hint).toBe("guest: { addresses: [...] }");
		}
	});
});

describe("what a mode has no use for", () => {
	const bare = (network: object, tap = {}) => ({
		version: 1,
		networks: { lab: network },
		taps: { t1: { network: "lab", ...tap } },
	});
	const bridged = { mode: "bridged", bridge: "br0" };
	const switched = "cannot be had in mode bridged: br0 switches what guests send";
	test.each([
		[bare({ ...bridged, inbound: "published" }), "networks.lab.inbound", "in mode bridged"],
		[bare({ mode: "host-only", inbound: "published" }), "networks.lab.inbound", "has no use"],
		[bare({ ...bridged, egress: "none" }), "networks.lab.egress", switched],
		[bare({ ...bridged, egress: ["10.0.0.0/8"] }), "networks.lab.egress", switched],
		[bare(bridged, { egress: "internet" }), "taps.t1.egress", switched],
	])("%j", (value, path, message) => {
		expect(refuse(value)).toEqual(one(path, message));
	});

	it("host is said of guests by their addresses where a bridge leads to a LAN", () => {
		const said = { ...bridged, host: "closed" };
		const path = "taps.t1.guest.addresses";
		const issues = refuse(bare({ ...said, uplink: "eth1" }));
		expect(issues).toEqual(
			one(path, "are missing: they tell the guest from other machines on br0"),
		);
		expect(issues[0]?.hint).toBe("guest: { addresses: [...] }, or no uplink");
		const known = { guest: { addresses: ["10.7.0.2/24"] } };
		expect(() => checkSpec(bare({ ...said, uplink: "eth1" }, known))).not.toThrow();
		expect(() => checkSpec(bare(said))).not.toThrow();
	});

	it.each(["nat", "routed", "host-only"])("does not hold of egress and host in mode %s", (mode) => {
		const uplink = mode === "nat" ? "eth1" : undefined;
		const said = { mode, uplink, egress: "none", host: "closed" };
		expect(() => checkSpec(bare(said))).not.toThrow();
	});
});

describe("guard: strict", () => {
	const why = "is missing: guard strict lets pass what comes from it, and nothing else";
	it.each([
		["of the network", spec({ guard: "strict" }, { guest: {} })],
		["of the tap", spec({}, { guard: "strict", guest: {} })],
	])("%s needs to be told what the guest is", (_, value) => {
		const issues = refuse(value);
		expect(issues).toEqual([
			...one("taps.t1.guest.mac", why),
			...one("taps.t1.guest.addresses", why),
		]);
		for (const { hint } of issues) expect(hint).toBeDefined();
	});

	it("needs each of them, and the tap's word goes before the network's", () => {
		const { mac, addresses } = guest;
		const strict = { guard: "strict" };
		expect(refuse(spec(strict, { guest: { mac } }))).toEqual(one("taps.t1.guest.addresses", why));
		expect(refuse(spec(strict, { guest: { addresses } }))).toEqual(one("taps.t1.guest.mac", why));
		expect(() => checkSpec(spec(strict, { guard: "basic", guest: {} }))).not.toThrow();
		expect(refuse(spec(strict, { guest: { mac: "x", addresses } }))).toEqual(
			one("taps.t1.guest.mac", "six bytes"),
		);
	});
});

describe("ports of the host that two guests take", () => {
	const two = (first: string, second: string) => ({
		version: 1,
		networks: { lab: { ...lab, bridge: "br0" } },
		taps: {
			t1: { network: "lab", guest, publish: [first] },
			t2: {
				network: "lab",
				guest: { addresses: ["10.7.0.3/24", "fd07::3/64"] },
				publish: [second],
			},
		},
	});
	test.each([
		["8080:80", "0.0.0.0:8080:80", "tcp 8080 of all addresses"],
		["[::]:8080:80", "8080:81", "tcp 8080 of all addresses"],
		["7000-7010:7000-7010", "7005-7020:1-16", "tcp 7005 of all addresses"],
		["203.0.113.2:1-9:1-9/udp", "203.0.113.2:9:9/udp", "udp 9 of 203.0.113.2"],
		["[2001:db8::2]:53:53", "[2001:db8:0::2]:53:54", "tcp 53 of 2001:db8::2"],
	])("%s and %s", (first, second, what) => {
		expect(refuse(two(first, second))).toEqual(
			one("taps.t2.publish[0]", `${what} is published already (taps.t1.publish[0])`),
		);
	});

	test.each([
		["[::]:8080:80", "0.0.0.0:8080:80"],
		["7000-7010:7000-7010", "7011-7020:1-10"],
		["8080:80/tcp", "8080:80/sctp"],
	])("are two: %s and %s", (first, second) => {
		expect(() => checkSpec(two(first, second))).not.toThrow();
	});
});

describe("by flags", () => {
	const flags = { tap: "t1", nat: "eth1", address: ["10.7.0.1/24"] };
	const cases: readonly (readonly [Partial<Flags>, string, string, string])[] = [
		[{ guard: "x" } as never, "--guard", "taps.t1.guard", "must be basic, strict or none"],
		[{ guard: "strict", guestMac: guest.mac }, "TAP", "taps.t1.guest.addresses", "is missing"],
		[{ hostAccess: "" } as never, "--host-access", "networks.t1.host", "must be open, services"],
		[{ inbound: "x" } as never, "--inbound", "networks.t1.inbound", "must be published or open"],
		[{ egress: [] }, "--egress", "networks.t1.egress", "is an empty list"],
		[{ egress: ["none", "10.0.0.0/8"] }, "--egress", "networks.t1.egress[0]", "stands alone"],
		[{ publish: ["80:80"] }, "--publish", "taps.t1.publish[0]", "the guest has no address here"],
		[
			{ publish: ["80:80", "80:81"], guestAddress: ["10.7.0.2/24"] },
			"--publish",
			"taps.t1.publish[1]",
			"is published already",
		],
		[{ limit: ["connections=0"] } as never, "--limit", "taps.t1.limits.connections", "is 0"],
		[{ limit: ["=5"] } as never, "--limit", 'taps.t1.limits[""]', "is not a known key"],
	];
	test.each(cases)("%j: %s %s %s", (said, flag, path, message) => {
		expect(issuesOf(() => specFromFlags({ ...flags, ...said }))).toEqual([
			expect.objectContaining({ flag, path, message: expect.stringContaining(message) }),
		]);
	});

	test.each([
		[{ egress: ["none"] }, "--egress", "taps.t1.egress", "cannot be had in mode bridged"],
		[{ inbound: "published" }, "--inbound", "networks.br0.inbound", "in mode bridged"],
		[{ hostAccess: "closed" }, "--host-access", "taps.t1.host", "needs the guest's addresses"],
	] as const)("%j on a bridge is one mistake", (said, flag, path, message) => {
		const onBridge = { tap: "t1", bridge: "br0", ...said } as Flags;
		expect(issuesOf(() => specFromFlags(onBridge))).toEqual([
			expect.objectContaining({ flag, path, message: expect.stringContaining(message) }),
		]);
	});

	test.each([
		[{ isolation: true }, "--isolation"],
		[{ inbound: "open" }, "--inbound"],
	] as const)("%j describes a network, and is refused beside one that is known", (said, flag) => {
		const known = { name: "lab", network: { mode: "routed", reaches: ["db"] } } as const;
		expect(issuesOf(() => specInNetwork({ tap: "t1", ...said }, known))).toEqual([
			expect.objectContaining({ flag, path: "networks.lab" }),
		]);
	});
});

test("all of it is told at once, each at its line and column", () => {
	const issues = refuseText(`version: 1
networks:
  lab:
    mode: routed
    guard: hard
    reaches: [db]
    egress: [10.1.0.1/16, none]
    limits: { connections: 0 }
taps:
  t1: { network: lab, host: half }
`);
	expect(issues.map(({ path, line, column }) => [path, line, column])).toEqual([
		["networks.lab.guard", 5, 12],
		["networks.lab.reaches[0]", 6, 15],
		["networks.lab.egress[0]", 7, 14],
		["networks.lab.egress[1]", 7, 27],
		["networks.lab.limits.connections", 8, 28],
		["taps.t1.host", 10, 29],
	]);
});
