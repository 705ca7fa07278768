import { describe, expect, test } from "vitest";
import { Writer } from "../../src/netlink/bytes.js";
import { type AnyMessage, locate, type Message } from "../../src/netlink/schema.js";
import * as uapi from "../../src/uapi/index.js";

/** The names found at every offset of an encoded request, in order. */
function names<O, I>(message: Message<O, I>, value: I): string[] {
	const w = new Writer();
	message.write(w, value);
	const bytes = w.finish();
	return Array.from(bytes.keys()).flatMap((at) => {
		const name = locate(message as unknown as AnyMessage, bytes, at);
		return name === undefined ? [] : [name.replace(`${message.name}.`, "")];
	});
}

describe("an offset in a request", () => {
	test("is named from the message down", () => {
		expect(
			names(uapi.RTM_NEWLINK, {
				IFLA_IFNAME: "br0",
				IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge", IFLA_INFO_DATA: { IFLA_BR_STP_STATE: 0 } },
			}),
		).toStrictEqual([
			"IFLA_IFNAME",
			"IFLA_LINKINFO",
			"IFLA_LINKINFO.IFLA_INFO_KIND",
			"IFLA_LINKINFO.IFLA_INFO_DATA(bridge)",
			"IFLA_LINKINFO.IFLA_INFO_DATA(bridge).IFLA_BR_STP_STATE",
		]);
	});

	test("is named inside what the kernel gives back in another shape", () => {
		expect(
			names(uapi.RTM_NEWLINK, {
				IFLA_AF_SPEC: { AF_INET: { IFLA_INET_CONF: { IPV4_DEVCONF_FORWARDING: 1 } } },
			}).at(-1),
		).toBe("IFLA_AF_SPEC.AF_INET.IFLA_INET_CONF.IPV4_DEVCONF_FORWARDING");
		expect(
			names(uapi.RTM_NEWLINK, {
				IFLA_LINKINFO: {
					IFLA_INFO_KIND: "vxlan",
					IFLA_INFO_DATA: { IFLA_VXLAN_TTL_INHERIT: true, IFLA_VXLAN_DF: 9 },
				},
			}),
		).toContain("IFLA_LINKINFO.IFLA_INFO_DATA(vxlan).IFLA_VXLAN_DF");
	});

	test("is named with the number of its next hop or list element", () => {
		const gateway = Uint8Array.of(10, 0, 0, 1);
		expect(
			names(uapi.RTM_NEWROUTE, {
				RTA_MULTIPATH: [{ RTA_GATEWAY: gateway }, { RTA_GATEWAY: gateway }],
			}),
		).toStrictEqual([
			"RTA_MULTIPATH",
			"RTA_MULTIPATH.0.RTA_GATEWAY",
			"RTA_MULTIPATH.1.RTA_GATEWAY",
		]);
		expect(
			names(uapi.NFT_MSG_NEWRULE, {
				NFTA_RULE_EXPRESSIONS: [
					{ NFTA_EXPR_NAME: "masq", NFTA_EXPR_DATA: {} },
					{ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_KEY: 99 } },
				],
			}).at(-1),
		).toBe("NFTA_RULE_EXPRESSIONS.1.NFTA_EXPR_DATA(meta).NFTA_META_KEY");
	});

	test("that is in no attribute has no name", () => {
		const w = new Writer();
		uapi.RTM_NEWLINK.write(w, { IFLA_MTU: 1500 });
		const bytes = w.finish();
		const message = uapi.RTM_NEWLINK as unknown as AnyMessage;
		for (const at of [0, 4, 17, bytes.length, 1_000_000, -1])
			expect(locate(message, bytes, at)).toBeUndefined();
	});

	test("in nonsense throws nothing", () => {
		const message = uapi.RTM_NEWLINK as unknown as AnyMessage;
		expect(locate(message, Uint8Array.of(1, 2, 3), 0)).toBeUndefined();
	});
});
