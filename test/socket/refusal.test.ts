import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/netlink/frame.js";
import { type Request, request } from "../../src/netlink/index.js";
import type { KernelError } from "../../src/sys/error.js";
import { RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NFT_MSG_NEWRULE } from "../../src/uapi/nf_tables.js";
import { arrival, type Extack, errorPart, scripted } from "./script.js";

/** The offset, from nlmsghdr, of the attribute whose payload begins with these bytes. */
function offsetOf(datagram: Uint8Array, payload: Uint8Array): number {
	const at = Buffer.from(datagram).indexOf(payload);
	expect(at, "the payload stands in the datagram").toBeGreaterThan(0);
	return at - 4;
}

/** The error of a request that a scripted kernel refuses with EINVAL. */
function refused(
	asked: Request,
	extack: Extack | ((datagram: Uint8Array) => Extack),
	capped = true,
): KernelError {
	const { socket } = scripted(([frame], bytes) => {
		const said = typeof extack === "function" ? extack(bytes) : extack;
		return [arrival(errorPart(frame as Frame, 22, said, capped ? undefined : bytes))];
	});
	const [outcome] = socket.send([asked]);
	expect(outcome?.error).toBeDefined();
	return outcome?.error as KernelError;
}

const bridge = request(RTM_NEWLINK, 0x600, {
	IFLA_MTU: 0x31323334,
	IFLA_LINKINFO: {
		IFLA_INFO_KIND: "bridge",
		IFLA_INFO_DATA: { IFLA_BR_AGEING_TIME: 0x61626364 },
	},
});
const four = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);

describe.each([
	["capped", true],
	["with the whole request in it", false],
])("an error that is %s", (_, capped) => {
	it("carries the kernel's sentence, verbatim", () => {
		const error = refused(bridge, { message: "mtu less than device minimum" }, capped);
		expect(error.kernel).toBe("mtu less than device minimum");
		expect(error.message).toBe("RTM_NEWLINK: EINVAL: mtu less than device minimum");
	});

	it("names the attribute the kernel points at", () => {
		const error = refused(
			bridge,
			(bytes) => ({ offset: offsetOf(bytes, four(0x31323334)) }),
			capped,
		);
		expect(error.attribute).toBe("RTM_NEWLINK.IFLA_MTU");
	});

	it("names an attribute deep inside, whatever kind selected its table", () => {
		const error = refused(
			bridge,
			(bytes) => ({ offset: offsetOf(bytes, four(0x61626364)), message: "no" }),
			capped,
		);
		expect(error.attribute).toBe(
			"RTM_NEWLINK.IFLA_LINKINFO.IFLA_INFO_DATA(bridge).IFLA_BR_AGEING_TIME",
		);
		expect(error.message).toMatch(/: no at RTM_NEWLINK\.IFLA_LINKINFO/);
	});

	it("stands without extack as errno alone", () => {
		const error = refused(bridge, {}, capped);
		expect(error).toMatchObject({ errno: "EINVAL", kernel: undefined, attribute: undefined });
		expect(error.message).toBe("RTM_NEWLINK: EINVAL: invalid argument");
	});
});

describe("a missing attribute", () => {
	const rule = request(NFT_MSG_NEWRULE, 0, {
		NFTA_RULE_TABLE: "t",
		NFTA_RULE_EXPRESSIONS: [{ NFTA_EXPR_NAME: "immediate", NFTA_EXPR_DATA: {} }],
	});

	it("is named", () => {
		expect(refused(rule, { missingType: 2 }).attribute).toBe(
			"NFT_MSG_NEWRULE.NFTA_RULE_CHAIN (missing)",
		);
	});

	it("is named in the nest where it is missing, not in the message", () => {
		const nest = (bytes: Uint8Array) =>
			offsetOf(bytes, new TextEncoder().encode("immediate\0")) - 4;
		const error = refused(rule, (bytes) => ({ missingType: 2, missingNest: nest(bytes) }));
		expect(error.attribute).toBe(
			"NFT_MSG_NEWRULE.NFTA_RULE_EXPRESSIONS.0.NFTA_EXPR_DATA (missing)",
		);
	});

	it("without a name is no attribute of the error", () => {
		expect(refused(rule, { missingType: 999 }).attribute).toBeUndefined();
	});
});

describe("an extack that helps nobody", () => {
	it("leaves the errno when it points outside of the request", () => {
		for (const offset of [0, 3, 15, 17, 4_000, 0xffffffff])
			expect(refused(bridge, { offset })).toMatchObject({
				errno: "EINVAL",
				attribute: undefined,
			});
	});

	it("keeps a sentence that is not UTF-8: a device name may be in it", () => {
		const error = refused(bridge, { message: new Uint8Array([0x61, 0xff, 0x62, 0]) });
		expect(error.kernel).toBe("a\uFFFDb");
	});

	it("leaves the errno when the request it claims to answer is longer than anything", () => {
		const { socket } = scripted(([frame]) => {
			const part = errorPart(frame as Frame, 22, { message: "lost" });
			const payload = part.payload?.slice() as Uint8Array;
			new DataView(payload.buffer).setUint32(4, 0x8300_0040, true);
			return [arrival({ ...part, flags: 0x200, payload })];
		});
		expect(socket.send([bridge])).toMatchObject([{ error: { errno: "EINVAL" } }]);
	});
});
