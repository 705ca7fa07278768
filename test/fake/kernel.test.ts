import { describe, expect, it } from "vitest";
import { request } from "../../src/netlink/request.js";
import { KernelError } from "../../src/sys/error.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { RTM_NEWADDR } from "../../src/uapi/if_addr.js";
import { RTM_GETLINK, RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NFT_MSG_NEWTABLE } from "../../src/uapi/nf_tables.js";

const CREATE = 0x600;
const bridge = (IFLA_IFNAME: string) =>
	request(RTM_NEWLINK, CREATE, { IFLA_IFNAME, IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge" } });
const table = request(NFT_MSG_NEWTABLE, CREATE, { nfgen_family: 2, NFTA_TABLE_NAME: "t" });
const tap = { name: "tap0", index: 500, multiQueue: false, vnetHdr: false };
const eperm = new KernelError("RTM_NEWLINK", 1);
const lost = new Error("reply lost");
const names = (kernel: FakeKernel): (string | undefined)[] =>
	kernel.aside(() => kernel.dump(RTM_GETLINK, RTM_NEWLINK, {}).map((link) => link.IFLA_IFNAME));

describe("faults", () => {
	it("count every request of a send, and every read", () => {
		const kernel = new FakeKernel();
		kernel.rtnetlink([bridge("a"), request(RTM_GETLINK, 0, { ifi_index: 1 })]);
		kernel.readSysctl("net/ipv4/ip_forward");
		kernel.writeSysctl("net/ipv4/ip_forward", "0");
		kernel.nftables([table, table]);
		expect(kernel.operations.map(({ name, mutates }) => [name, mutates])).toEqual([
			["RTM_NEWLINK", true],
			["RTM_GETLINK", false],
			["read(net/ipv4/ip_forward)", false],
			["write(net/ipv4/ip_forward)", true],
			["nftables", true],
		]);
		expect(kernel.mutations).toBe(3);
	});

	it("refuse one message of a send and leave the others", () => {
		const kernel = new FakeKernel();
		kernel.failAt(2, eperm, "once", "before");
		const outcomes = kernel.rtnetlink([bridge("a"), bridge("b"), bridge("c")]);
		expect(outcomes.map(({ error }) => error)).toEqual([undefined, eperm, undefined]);
		expect(names(kernel)).toEqual(["lo", "a", "c"]);
	});

	it("may be reported although the change was made", () => {
		const kernel = new FakeKernel();
		kernel.failAt(1, eperm, "once", "after");
		expect(kernel.rtnetlink([bridge("a")])[0]?.error).toBe(eperm);
		expect(names(kernel)).toEqual(["lo", "a"]);
	});

	it("that are no refusal hit the whole send: nothing was made before, everything after", () => {
		const kernel = new FakeKernel();
		kernel.failAt(2, lost, "once", "before");
		expect(() => kernel.rtnetlink([bridge("a"), bridge("b")])).toThrow(lost);
		expect(names(kernel)).toEqual(["lo"]);
		kernel.failAt(1, lost, "once", "after");
		expect(() => kernel.rtnetlink([bridge("a"), bridge("b")])).toThrow(lost);
		expect(names(kernel)).toEqual(["lo", "a", "b"]);
	});

	it("hit a batch whole: refused, or committed and not told", () => {
		const kernel = new FakeKernel();
		const before = kernel.snapshot();
		for (const when of ["before", "after"] as const) {
			kernel.failAt(1, eperm, "once", when);
			expect(kernel.nftables([table]).refused).toEqual([{ at: 0, error: eperm }]);
			expect(kernel.snapshot()).toEqual(before);
		}
		kernel.failAt(1, lost, "once", "after");
		expect(() => kernel.nftables([table])).toThrow(lost);
		expect(kernel.snapshot()).not.toEqual(before);
	});

	it("come once, or for ever until the kernel is healed", () => {
		const kernel = new FakeKernel();
		kernel.failAt(1, eperm, "once", "before");
		expect(() => kernel.createTap(tap)).toThrow(eperm);
		kernel.failAt(1, eperm, "forever", "before");
		expect(() => kernel.createTap(tap)).toThrow(eperm);
		expect(() => kernel.readSysctl("net/ipv4/ip_forward")).toThrow(eperm);
		kernel.heal();
		kernel.createTap(tap);
		expect(kernel.operations).toHaveLength(1);
	});

	it("do not keep a descriptor from being closed", () => {
		const kernel = new FakeKernel();
		kernel.createTap(tap);
		kernel.failAt(1, eperm, "forever", "before");
		kernel.dropTap("tap0");
		kernel.heal();
		expect(names(kernel)).toEqual(["lo"]);
	});
});

describe("somebody else", () => {
	it("acts just before an operation, and is not counted", () => {
		const kernel = new FakeKernel();
		kernel.interfereAt(2, (theirs) => theirs.rtnetlink([bridge("a"), bridge("b")]));
		const outcomes = kernel.rtnetlink([bridge("a"), bridge("b")]);
		expect(outcomes.map(({ error }) => error?.errno)).toEqual([undefined, "EEXIST"]);
		expect(names(kernel)).toEqual(["lo", "a", "b"]);
		expect(kernel.operations).toHaveLength(2);
	});
});

describe("a killed process", () => {
	it("takes the taps along that it had not persisted, with all that is on them", () => {
		const kernel = new FakeKernel();
		kernel.rtnetlink([bridge("br0")]);
		const before = kernel.snapshot();
		kernel.createTap(tap);
		const IFA_LOCAL = new Uint8Array([10, 0, 0, 1]);
		kernel.rtnetlink([
			request(RTM_NEWLINK, 0, { ifi_index: 500, ifi_flags: 1, ifi_change: 1, IFLA_MASTER: 2 }),
			request(RTM_NEWADDR, CREATE, {
				ifa_family: 2,
				ifa_prefixlen: 24,
				ifa_index: 500,
				IFA_LOCAL,
			}),
		]);
		kernel.kill();
		// The only difference that remains also remains in the real kernel: the bridge has followed the MAC of its port.
		expect(JSON.stringify(kernel.snapshot()).replace(/"mac":"0{12}"/g, "")).toBe(
			JSON.stringify(before).replace(/"mac":"(0{12}|02fa00000001)"/g, ""),
		);
	});

	it("leaves the persistent ones", () => {
		const kernel = new FakeKernel();
		kernel.createTap(tap);
		kernel.persistTap("tap0");
		kernel.kill();
		expect(names(kernel)).toEqual(["lo", "tap0"]);
	});
});

describe("a snapshot", () => {
	it("is plain JSON", () => {
		const kernel = new FakeKernel();
		kernel.addNic("eth1", { mac: "020000000001" });
		kernel.nftables([table]);
		expect(JSON.parse(JSON.stringify(kernel.snapshot()))).toEqual(kernel.snapshot());
	});

	it("does not change with what was there and is there again", () => {
		const kernel = new FakeKernel();
		const before = kernel.snapshot();
		kernel.createTap(tap);
		kernel.dropTap("tap0");
		expect(kernel.snapshot()).toEqual(before);
	});
});
