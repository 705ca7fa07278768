import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { attrs, message, struct, u8, u16, u32 } from "../../src/netlink/schema.js";
import { bits, joined } from "../../src/packet/schema.js";
import * as uapi from "../../src/uapi/index.js";
import { constantsIn, constantsOf } from "./constants.js";
import { headersVersion, prefixes, refuted } from "./headers.js";
import { newer } from "./newer.js";
import { isOurs, ours } from "./ours.js";
import { type Fact, facts, type Tables } from "./walk.js";

const SRC = new URL("../../src", import.meta.url).pathname;

/** Everything that the modules of a folder export. */
async function exportsOf(folder: string): Promise<Tables> {
	const files = readdirSync(`${SRC}/${folder}`).filter((file) => file.endsWith(".ts"));
	const modules = await Promise.all(files.map((file) => import(`${SRC}/${folder}/${file}`)));
	return Object.assign({}, ...modules);
}

/** Whether the headers of this kernel must have a name that was added in `since`. */
function known(since: string): boolean {
	const [major, minor] = headersVersion();
	const [sinceMajor = Number.POSITIVE_INFINITY, sinceMinor = 0] = since.split(".").map(Number);
	return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
const listed = new Map(
	Object.entries(newer).flatMap(([since, names]) => names.map((name) => [name, since] as const)),
);
const structOf = (name: string): string => name.split(".")[0] as string;
const isExpected = ({ name }: Fact): boolean => {
	const since = listed.get(name) ?? listed.get(structOf(name));
	return since === undefined || known(since);
};

const tables = (await Promise.all(["uapi", "netlink", "packet"].map(exportsOf))).flatMap(facts);
const constants = constantsIn(SRC);
const claims = constants.map((one): Fact => ({ ...one, expression: one.expression ?? one.name }));
/** Every fact in src once, wherever it is stated. */
const all = [...new Map([...tables, ...claims].map((fact) => [keyOf(fact), fact])).values()];
function keyOf({ name, expression, value }: Fact): string {
	return `${name} ${expression} ${value}`;
}
const unconfirmed = refuted(all.filter(isExpected));

describe("the kernel's facts in src against the installed headers", () => {
	test("no number, size or offset is another than the header's", () => {
		expect(unconfirmed.filter(({ isWrong }) => isWrong).map(({ text }) => text)).toEqual([]);
	});

	test("what no header knows is ours, and says so", () => {
		const begun = prefixes();
		const strange = unconfirmed.filter(({ fact }) => !isOurs(fact.name, begun));
		expect(
			strange.map(({ text }) => text),
			"a header is missing in test/facts/headers.ts, or a name in test/facts/ours.ts",
		).toEqual([]);
	});

	test("what is listed as ours stands in src, and no header knows it", () => {
		const unknown = new Set(unconfirmed.map(({ fact }) => fact.name));
		expect(Object.keys(ours).filter((name) => !unknown.has(name))).toEqual([]);
	});

	test("what is said to be of a header is known to one", () => {
		const unknown = new Set(unconfirmed.map(({ fact }) => fact.name));
		const claimed = constants.filter(({ header, name }) => header !== undefined && !(name in ours));
		expect(claimed.length).toBeGreaterThan(5);
		expect(claimed.filter(({ name }) => unknown.has(name))).toEqual([]);
	});

	test("a name that begins like those of the kernel is none of ours", () => {
		const begun = prefixes();
		for (const name of ["IFF_TAPE", "NLM_F_ALL", "SO_NOTHING", "ETH_P_NONE", "AF_MOON", "O_NO"])
			expect(isOurs(name, begun), name).toBe(false);
		for (const name of ["RUNS", "REFILL_CHUNK", "MAX_BYTES", "GROUP_TRIES", "POLL_MS"])
			expect(isOurs(name, begun), name).toBe(true);
	});

	test("what is listed as newer is unknown to them, or a stable update brought it: then it is the header's", () => {
		// Debian's 6.1.187 has two names of Linux 6.12 and later, which were backported.
		const early = refuted(all.filter((fact) => !isExpected(fact)));
		expect(early.filter(({ isWrong }) => isWrong).map(({ text }) => text)).toEqual([]);
	});

	test("the list of newer names holds nothing that src does not", () => {
		const names = new Set(all.flatMap(({ name }) => [name, structOf(name)]));
		expect([...listed.keys()].filter((name) => !names.has(name))).toEqual([]);
	});

	test("messages, nests, kinds, structs and constants are reached, in all folders", () => {
		const names = new Set(all.map(({ name }) => name));
		for (const name of [
			"RTM_NEWLINK",
			"IFLA_BR_STP_STATE",
			"VETH_INFO_PEER",
			"IPV4_DEVCONF_PROXY_ARP",
			"IFLA_VLAN_QOS_MAPPING",
			"NFTA_META_KEY",
			"rtnexthop.rtnh_len",
			"rtnl_link_stats64.rx_otherhost_dropped",
			"TUNSETIFF",
			"nlmsghdr.nlmsg_pid",
			"iphdr.tot_len",
			"nd_opt_prefix_info.nd_opt_pi_prefix",
			"TCPOPT_SACK",
			"SO_NETNS_COOKIE",
			"CLONE_NEWNET",
			"TMPFS_MAGIC",
			"IPV6_MIN_MTU",
		])
			expect(names).toContain(name);
		expect(all.length).toBeGreaterThan(1900);
	});
});

describe("what is read of a module's text", () => {
	const read = (text: string) =>
		constantsOf("a.ts", text).map(({ name, value, expression }) => [name, value, expression]);

	test("the header that a comment names", () => {
		const [constant] = constantsOf("a.ts", "const LOCK_EX = 2; // asm-generic/fcntl.h");
		expect(constant).toMatchObject({ name: "LOCK_EX", header: "asm-generic/fcntl.h" });
	});

	test.each([
		["a number", "const ETH_ALEN = 6;", ["ETH_ALEN", 6, undefined]],
		["an exported one", "export const ETH_ALEN = 6;", ["ETH_ALEN", 6, undefined]],
		["a bigint", "const ETH_P_IP = 0x0800n;", ["ETH_P_IP", 0x800, undefined]],
		["an octal number", "const SOCK_CLOEXEC = 0o2000000;", ["SOCK_CLOEXEC", 0x80000, undefined]],
		["a negative one", "const NFT_JUMP = -3;", ["NFT_JUMP", -3, undefined]],
		["separators", "const A_B = 0x1000_0000;", ["A_B", 0x10000000, undefined]],
		["a sum of its own", "const A_B = (1 << 8) | 6;", ["A_B", 262, undefined]],
		["a type", "const VERDICT: Register = 0;", ["VERDICT", 0, undefined]],
		["a comment", "const IFF_UP = 1; // linux/if.h", ["IFF_UP", 1, undefined]],
		[
			"a comment in C",
			"const IFREQ = 40; // sizeof(struct ifreq), linux/if.h",
			["IFREQ", 40, "sizeof(struct ifreq)"],
		],
	])("%s", (_what, text, constant) => {
		expect(read(`import "./b.js";\n${text}\nconst x = 1;`)).toEqual([constant]);
	});

	test.each([
		["a name of another place", "const IFLA_EXT_MASK = RTEXT_FILTER_SKIP_STATS;"],
		["a text", 'const TABLE = "0";'],
		["a list", "const ALL = [1, 2];"],
		["what is inside of something", "\tconst TRIES = 3;"],
		["a comment", "// const IFF_UP = 1;"],
	])("not %s", (_what, text) => {
		expect(read(text)).toEqual([]);
	});
});

describe("the check itself", () => {
	const check = (tables: Record<string, unknown>) => refuted(facts(tables));
	const names = (tables: Record<string, unknown>) => check(tables).map(({ fact }) => fact.name);

	test.each([
		["a constant", { IFF_TAP: 3 }, "IFF_TAP"],
		["a negative constant", { NFT_JUMP: 3 }, "NFT_JUMP"],
		[
			"an attribute",
			{ set: attrs(() => ({ IFLA_BR_AGEING_TIME: [3, u32] })) },
			"IFLA_BR_AGEING_TIME",
		],
		[
			"an attribute deep inside",
			{ set: attrs(() => ({ IFLA_LINKINFO: [18, attrs(() => ({ IFLA_INFO_KIND: [2, u8] }))] })) },
			"IFLA_INFO_KIND",
		],
		["a name no header has", { set: attrs(() => ({ IFLA_NAME: [3, u32] })) }, "IFLA_NAME"],
		[
			"a message type",
			{
				m: message(
					"RTM_SETLINK",
					18,
					uapi.ifinfomsg,
					attrs(() => ({})),
				),
				ifinfomsg: uapi.ifinfomsg,
			},
			"RTM_SETLINK",
		],
		[
			"a message type of a subsystem",
			{
				m: message(
					"NFT_MSG_NEWRULE",
					(1 << 8) | 6,
					attrs(() => ({})),
					attrs(() => ({})),
				),
			},
			"NFT_MSG_NEWRULE",
		],
		["a struct's size", { bridge_vlan_info: struct({ flags: u16 }) }, "bridge_vlan_info."],
		[
			"a member's place",
			{ bridge_vlan_info: struct({ vid: u16, flags: u16 }) },
			"bridge_vlan_info.vid",
		],
		["a member's size", { tun_pi: struct({ flags: u8, proto: u8 }) }, "tun_pi.flags"],
		[
			"a member's place behind bit-fields",
			{ iphdr: joined(bits({ version: 4, ihl: 4 }), struct({ tot_len: u16 })) },
			"iphdr.tot_len",
		],
		[
			"a struct that only the C library has",
			{ nd_redirect: struct({ nd_rd_target: u32 }) },
			"nd_redirect.nd_rd_target",
		],
	])("catches %s", (_what, tables, name) => {
		expect(names(tables)).toContain(name);
	});

	test("tells a wrong number from an unknown name", () => {
		expect(check({ IFF_TAP: 3, IFF_TAPE: 3, ND_REDIRECT: 3 })).toMatchObject([
			{ isWrong: true, fact: { name: "IFF_TAP" } },
			{ isWrong: false, fact: { name: "IFF_TAPE" } },
			{ isWrong: true, fact: { name: "ND_REDIRECT" } },
		]);
	});

	test("a struct without a name is refused", () => {
		const tables = { set: attrs(() => ({ NDA_CACHEINFO: [3, struct({ ndm_used: u32 })] })) };
		expect(() => facts(tables)).toThrow("not exported by name");
	});
});
