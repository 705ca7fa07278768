import { describe, expect, test } from "vitest";
import * as frame from "../../src/netlink/frame.js";
import { attrs, message, struct, u8, u16, u32 } from "../../src/netlink/schema.js";
import * as uapi from "../../src/uapi/index.js";
import { headersVersion, refuted } from "./headers.js";
import { newer } from "./newer.js";
import { type Fact, facts } from "./walk.js";

/** Whether headers of this kernel must know a name that came with `since`. */
function known(since: string): boolean {
	const [major, minor] = headersVersion();
	const [sinceMajor = Number.POSITIVE_INFINITY, sinceMinor = 0] = since.split(".").map(Number);
	return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
const listed = new Map(
	Object.entries(newer).flatMap(([since, names]) => names.map((name) => [name, since] as const)),
);
const all = [...facts(uapi), ...facts(frame)];
const expected = (fact: Fact): boolean => {
	const since = listed.get(fact.name);
	return since === undefined || known(since);
};

/** The compiler's reason where it knows the name, and the number is another. */
const FAILED = 'static assertion failed: ""';

describe("tables against the installed headers", () => {
	test("every number, size and offset is the header's", () => {
		expect(refuted(all.filter(expected))).toEqual([]);
	});

	test("what is listed as newer is unknown to them, or a stable update brought it: then it is the header's", () => {
		const early = all.filter((fact) => !expected(fact));
		// Debian's 6.1.187 has two names of 6.12 and later, taken back into 6.1.
		expect(refuted(early).filter((line) => line.endsWith(FAILED))).toEqual([]);
	});

	test("the list of newer names holds nothing the tables do not", () => {
		const names = new Set(all.map(({ name }) => name));
		expect([...listed.keys()].filter((name) => !names.has(name))).toEqual([]);
	});

	test("the walk reaches messages, nests, kinds, structs and constants", () => {
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
		])
			expect(names).toContain(name);
		expect(all.length).toBeGreaterThan(1500);
	});
});

describe("the check itself", () => {
	const check = (tables: Record<string, unknown>) => refuted(facts(tables));

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
	])("catches %s", (_what, tables, name) => {
		expect(check(tables).map((line) => line.split(":")[0])).toContain(name);
	});

	test("tells a wrong number from an unknown name", () => {
		expect(check({ IFF_TAP: 3 })[0]).toMatch(new RegExp(`${FAILED}$`));
		expect(check({ IFF_TAPE: 3 })[0]).not.toMatch(new RegExp(`${FAILED}$`));
	});

	test("a struct without a name is refused", () => {
		const tables = { set: attrs(() => ({ NDA_CACHEINFO: [3, struct({ ndm_used: u32 })] })) };
		expect(() => facts(tables)).toThrow("not exported by name");
	});
});
