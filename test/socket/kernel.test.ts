import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, describe, expect, it } from "vitest";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../src/netlink/frame.js";
import { DumpInterruptedError, request } from "../../src/netlink/index.js";
import { NetlinkSocket } from "../../src/netlink/socket.js";
import { KernelError } from "../../src/sys/error.js";
import { newNetns } from "../../src/sys/netns.js";
import { RTM_GETADDR, RTM_NEWADDR } from "../../src/uapi/if_addr.js";
import { RTM_GETLINK, RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NFT_MSG_NEWCHAIN } from "../../src/uapi/nf_tables.js";
import {
	NFNL_MSG_BATCH_BEGIN,
	NFNL_MSG_BATCH_END,
	NFNL_SUBSYS_NFTABLES,
} from "../../src/uapi/nfnetlink.js";
import { AF_INET } from "../../src/uapi/socket.js";

const NETLINK_ROUTE = 0;
const NETLINK_NETFILTER = 12;
const CREATE = NLM_F_CREATE | NLM_F_EXCL;

newNetns();
const rtnetlink = new NetlinkSocket(NETLINK_ROUTE);
const netfilter = new NetlinkSocket(NETLINK_NETFILTER);
afterAll(() => {
	rtnetlink.close();
	netfilter.close();
});

const bridge = (IFLA_IFNAME: string, rest: object = {}) =>
	request(RTM_NEWLINK, CREATE, {
		IFLA_IFNAME,
		IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge" },
		...rest,
	});

/** The error that a function must throw. */
function errorOf(body: () => unknown): KernelError {
	try {
		body();
	} catch (error) {
		expect(error).toBeInstanceOf(KernelError);
		return error as KernelError;
	}
	throw new Error("nothing was refused");
}

describe("a request that the kernel refuses", () => {
	it("carries the kernel's own sentence", () => {
		const [outcome] = rtnetlink.send([bridge("br0", { IFLA_MTU: 1 })]);
		expect(outcome?.error).toMatchObject({
			errno: "EINVAL",
			kernel: "mtu less than device minimum",
			request: "RTM_NEWLINK",
		});
	});

	it("carries the path of an attribute deep inside of it", () => {
		const error = errorOf(() =>
			rtnetlink.request(RTM_NEWLINK, CREATE, {
				IFLA_IFNAME: "br0",
				IFLA_LINKINFO: {
					IFLA_INFO_KIND: "bridge",
					IFLA_INFO_DATA: { IFLA_BR_FORWARD_DELAY: 400, IFLA_BR_FDB_N_LEARNED: 1 },
				},
			}),
		);
		expect(error.attribute).toBe(
			"RTM_NEWLINK.IFLA_LINKINFO.IFLA_INFO_DATA(bridge).IFLA_BR_FDB_N_LEARNED",
		);
		expect(error.message).toContain(`${error.errno}: ${error.kernel} at ${error.attribute}`);
	});

	it("in a batch carries the path of the attribute that names what is missing", () => {
		const res_id = NFNL_SUBSYS_NFTABLES;
		const { outcomes, acknowledged } = netfilter.sendBatch([
			request(NFNL_MSG_BATCH_BEGIN, 0, { res_id }),
			request(NFT_MSG_NEWCHAIN, NLM_F_CREATE, {
				nfgen_family: AF_INET,
				NFTA_CHAIN_TABLE: "nowhere",
				NFTA_CHAIN_NAME: "c",
			}),
			request(NFNL_MSG_BATCH_END, 0, { res_id }),
		]);
		expect(acknowledged).toBe(false);
		expect(outcomes[1]?.error).toMatchObject({
			errno: "ENOENT",
			attribute: "NFT_MSG_NEWCHAIN.NFTA_CHAIN_TABLE",
		});
	});

	it("does not stop those around it, and two thousand refusals find their requests", () => {
		const requests = Array.from({ length: 2_000 }, (_, i) =>
			i % 500 === 0
				? request(RTM_GETLINK, 0, { ifi_index: 1 })
				: request(RTM_GETLINK, 0, { ifi_index: 100_000 + i }),
		);
		const outcomes = rtnetlink.send(requests);
		const answered = outcomes.flatMap(({ replies }, i) => (replies.length > 0 ? [i] : []));
		expect(answered).toEqual([0, 500, 1_000, 1_500]);
		expect(outcomes.filter(({ error }) => error?.errno === "ENODEV")).toHaveLength(1_996);
	});
});

describe("strict checks", () => {
	it("make the kernel filter an address dump by its link", () => {
		rtnetlink.send([
			bridge("br1", { ifi_index: 101 }),
			bridge("br2", { ifi_index: 102 }),
			...[101, 102].map((ifa_index) =>
				request(RTM_NEWADDR, CREATE, {
					ifa_family: AF_INET,
					ifa_prefixlen: 24,
					ifa_index,
					IFA_LOCAL: new Uint8Array([10, 0, ifa_index, 1]),
				}),
			),
		]);
		const found = rtnetlink.dump(RTM_GETADDR, RTM_NEWADDR, {
			ifa_family: AF_INET,
			ifa_index: 102,
		});
		expect(found.map(({ ifa_index }) => ifa_index)).toEqual([102]);
	});

	it("make it refuse a filter it does not have, instead of dumping everything", () => {
		const error = errorOf(() => rtnetlink.dump(RTM_GETLINK, RTM_NEWLINK, { ifi_index: 1 }));
		expect(error.kernel).toBe("Filter by device index not supported for link dumps");
	});
});

describe("a dump of 300 links while another process makes and deletes some", () => {
	const stable = Array.from({ length: 300 }, (_, i) => `stable${i}`);

	/** A process in our namespace that changes links for a while. */
	function churn(): { readonly running: boolean; readonly ended: Promise<unknown> } {
		const ip = spawn("ip", ["-force", "-batch", "-"], { stdio: ["pipe", "ignore", "inherit"] });
		const round = (i: number) =>
			`link add churn${i} type bridge\nlink set churn${i} name moved${i}\nlink del moved${i}\n`;
		ip.stdin.end(Array.from({ length: 60 }, (_, i) => round(i)).join(""));
		const state = { running: true, ended: once(ip, "exit") };
		ip.once("exit", () => {
			state.running = false;
		});
		return state;
	}

	/** How often each stable link occurs in a dump; undefined if every attempt was interrupted. */
	function dump(): Map<string, number> | undefined {
		const seen = new Map<string, number>();
		try {
			for (const { IFLA_IFNAME = "" } of rtnetlink.dump(RTM_GETLINK, RTM_NEWLINK, {}))
				if (IFLA_IFNAME.startsWith("stable"))
					seen.set(IFLA_IFNAME, (seen.get(IFLA_IFNAME) ?? 0) + 1);
			return seen;
		} catch (error) {
			expect(error).toBeInstanceOf(DumpInterruptedError);
			return undefined;
		}
	}

	it("has every link that stays exactly once, or says that it was interrupted", async () => {
		rtnetlink.send(stable.map((name) => bridge(name)));
		const other = churn();
		let whole = 0;
		while (other.running) {
			const seen = dump();
			if (seen !== undefined) {
				whole++;
				expect([...seen.keys()].sort()).toEqual([...stable].sort());
				expect([...seen.values()].every((times) => times === 1)).toBe(true);
			}
			await new Promise(setImmediate);
		}
		await other.ended;
		expect(whole).toBeGreaterThan(0);
		expect(rtnetlink.strays).toBe(0);
	});
});
