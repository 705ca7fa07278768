/**
 * A journal that is intact, with valid checksums, and was written by somebody else: only actions that we would write
 * ourselves are run. Everything else is refused with its place, and nothing is changed.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { encodeRecord } from "../../src/engine/journal/fast/record-writer.js";
import { frame, MAGIC } from "../../src/engine/journal/frame.js";
import type { JournalRecord } from "../../src/engine/journal/record.js";
import type { Delta } from "../../src/engine/state.js";
import { Host } from "../../src/host/host.js";
import type { Action } from "../../src/kernel/action.js";
import { flawOf } from "../../src/kinds/permitted.js";
import { type Request, request } from "../../src/netlink/request.js";
import type { Spec } from "../../src/spec/model.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { RTM_DELADDR } from "../../src/uapi/if_addr.js";
import { RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NFT_MSG_DELTABLE, NFT_MSG_NEWRULE, NFT_MSG_NEWTABLE } from "../../src/uapi/nf_tables.js";
import { report } from "../fault/campaign.js";
import { lan } from "./hosts.js";
import { pictureOf } from "./picture.js";
import { scratch } from "./rig.js";
import { specs } from "./scenarios.js";

const stateDir = scratch();
afterAll(() => rmSync(stateDir, { recursive: true }));
const path = join(stateDir, new FakeKernel().identity, "journal");

let kernel: FakeKernel;
beforeEach(() => {
	kernel = new FakeKernel();
	lan(kernel);
	rmSync(dirname(path), { recursive: true, force: true });
	mkdirSync(dirname(path), { mode: 0o700 });
});

/** Write a journal with these bodies of records. */
function write(...bodies: readonly Uint8Array[]): void {
	let bytes = Buffer.from(MAGIC);
	for (const body of bodies) bytes = Buffer.concat([bytes, frame(body, bytes.length)]);
	writeFileSync(path, bytes, { mode: 0o600 });
}
const bodyOf = (record: JournalRecord): Uint8Array => Uint8Array.from(encodeRecord(record));

const begin = (...actions: readonly Action[]): JournalRecord => ({
	begin: { transaction: "1-1-1-1", command: "up tap0", steps: [{ label: "one", actions }] },
});
const none: Delta = { put: [], drop: [], up: [], down: [] };
const put = (kind: string, key: string, made: unknown): JournalRecord => ({
	checkpoint: { ...none, put: [{ kind, key, made, path: "" }] },
});
const up = (report: object): JournalRecord => ({
	checkpoint: { ...none, up: [{ report: report as never, keys: [] }] },
});

const OURS = 0x1000_0001;
const setting = (path: string, value = "1", only?: string): JournalRecord =>
	begin({ via: "sysctl", path, value, only });
const link = (value: object, flags = 0): JournalRecord =>
	begin({ via: "rtnetlink", request: request(RTM_NEWLINK, flags, value as never) });
const nft = (...batch: readonly Request[]): JournalRecord => begin({ via: "nftables", batch });
const unlink = (index: number, name: string, alias?: string): Action => ({
	via: "unlink",
	link: { index, name, alias },
});

const tap = {
	...{ name: "tap0", network: "lab", index: OURS, owner: 500 },
	...{ multiQueue: false, vnetHdr: false, parked: false },
};
const tapReport = {
	...{ name: "tap0", index: OURS, network: "lab", mode: "host-only", owner: 500 },
	...{ multiQueue: false, vnetHdr: false, addresses: [], guest: { addresses: [] } },
};
const bridge = { name: "br0", network: "lab", index: OURS, mac: "02:00:00:00:00:01" };
const uplink = { link: "eth1", bridge: "br0", index: 2, master: OURS, addresses: [], routes: [] };
const forwarding = { link: "eth1", index: 2, forwarding: 1, before: { forwarding: 0 } };
const option = { path: "net/ipv4/ip_forward", value: "1", before: "0", along: [] };

const HOSTILE: Readonly<Record<string, JournalRecord>> = {
	"a value of the kernel's": setting("kernel/core_pattern", "|/tmp/x"),
	"a value outside of /proc/sys": setting("../../etc/passwd"),
	"a value beside those of the network": setting("net/../kernel/core_pattern"),
	"a way out through an interface": setting("net/ipv4/conf/../../../kernel/panic"),
	"a way out through a name": setting("net/ipv4/conf/eth1/../../../../kernel/panic"),
	"an interface that is called ..": setting("net/ipv4/conf/../forwarding"),
	"a whole path": setting("/proc/sys/net/ipv4/ip_forward"),
	"a value of the network that we never set": setting("net/core/bpf_jit_enable"),
	"a value of IPv4 that we never set": setting("net/ipv4/tcp_syncookies"),
	"a value of several lines": setting("net/ipv4/conf/eth1/forwarding", "1\n2"),
	"a condition of several lines": setting("net/ipv4/conf/eth1/forwarding", "1", "0\n"),
	"a path with a NUL": setting("net/ipv4/conf/eth1\0/forwarding"),

	"a link gets another name": link({ ifi_index: 2, IFLA_IFNAME: "eth9" }),
	"a link goes to another namespace": link({ ifi_index: 2, IFLA_NET_NS_PID: 1 }),
	"a link goes to an open namespace": link({ ifi_index: 2, IFLA_NET_NS_FD: 3 }),
	"a link is made": link({ ifi_index: OURS, IFLA_IFNAME: "x" }, 0x600),
	"a link of no number": link({ IFLA_MTU: 100 }),
	"flags of a link that we never set": link({ ifi_index: 2, ifi_flags: 0x100, ifi_change: 0x100 }),
	"a condition on a link that there cannot be": begin({
		via: "rtnetlink",
		request: request(RTM_NEWLINK, 0, { ifi_index: 2, IFLA_MTU: 100 }),
		only: { index: 2, name: "../x" },
	}),
	"an uplink is deleted": begin(unlink(2, "eth1", "umlnet-nl lab")),
	"a link without our mark is deleted": begin(unlink(OURS, "eth1")),
	"a link with another mark is deleted": begin(unlink(OURS, "eth1", "theirs")),
	"a link of an impossible name is deleted": begin(unlink(OURS, "a/b", "umlnet-nl lab")),
	"an uplink is to be deleted yet": {
		commit: {
			transaction: "1-1-1-1",
			steps: [{ label: "delete", actions: [unlink(2, "eth1", "umlnet-nl lab")] }],
			delta: none,
		},
	},
	"a residual that deletes an uplink": {
		residual: {
			transaction: "1-1-1-1",
			command: "down tap0",
			names: ["tap0"],
			steps: [{ label: "delete", actions: [unlink(2, "eth1", "umlnet-nl lab")] }],
		},
	},
	"what waits to be confirmed, of nobody's": {
		provisional: {
			...{ transaction: "1-1-1-1", deadline: 1, steps: [] },
			delta: { ...none, put: [{ kind: "cron", key: "x", made: {}, path: "" }] },
		},
	},
	"another table is deleted": nft(
		request(NFT_MSG_DELTABLE, 0, { nfgen_family: 1, NFTA_TABLE_NAME: "firewall" }),
	),
	"a table is deleted, and ours before it": nft(
		request(NFT_MSG_DELTABLE, 0, { nfgen_family: 1, NFTA_TABLE_NAME: "umlnet-nl" }),
		request(NFT_MSG_DELTABLE, 0, { nfgen_family: 1, NFTA_TABLE_NAME: "firewall" }),
	),
	"a rule of another table": nft(
		request(NFT_MSG_NEWRULE, 0x400, {
			nfgen_family: 1,
			NFTA_RULE_TABLE: "firewall",
			NFTA_RULE_CHAIN: "input",
		}),
	),
	"a table without a name": nft(request(NFT_MSG_NEWTABLE, 0, { nfgen_family: 1 })),

	"an option that we never set": put("option", "option:x", { ...option, path: "kernel/panic" }),
	"an option with others along": put("option", "option:x", {
		...option,
		along: [["kernel/panic", "1"]],
	}),
	"an option without its values": put("option", "option:x", { path: option.path }),
	"a tap that is somebody's link": put("tap", "link:eth1", { ...tap, name: "eth1", index: 2 }),
	"a tap of an impossible name": put("tap", "link:tap0", { ...tap, name: "../../tap0" }),
	"a tap of no number": put("tap", "link:tap0", { ...tap, index: "7" }),
	"a tap that is nothing": put("tap", "link:tap0", null),
	"a tap that is a list": put("tap", "link:tap0", [tap]),
	"a bridge that is somebody's link": put("bridge", "link:virbr0", {
		...bridge,
		...{ name: "virbr0", index: 3 },
	}),
	"a bridge with settings elsewhere": put("bridge", "link:br0", {
		...bridge,
		settings: [["../kernel", "panic", "1"]],
	}),
	"an uplink with addresses that are none": put("uplink", "uplink:eth1", {
		...uplink,
		addresses: ["AAAA"],
	}),
	"an uplink with routes that are no list": put("uplink", "uplink:eth1", { ...uplink, routes: 7 }),
	"forwarding of what is no number": put("forwarding", "forwarding:eth1", {
		...forwarding,
		before: { forwarding: 77 },
	}),
	"a port of no bridge": put("port", "port:tap0", { link: "tap0", bridge: "br0", index: OURS }),
	"an address that is none": put("address", "address:tap0:x", {
		...{ link: "tap0", address: "10.0.0.1", index: OURS },
	}),
	"a route that is none": put("route", "route:x", { to: "everywhere", dev: "tap0", index: OURS }),
	"a table of somebody's": put("table", "table:firewall", { name: "firewall" }),
	"source NAT as nobody": put("nat", "nat:tap0:eth1", {
		...{ segment: "tap0", uplink: "eth1", network: "lab", snatTo: "nobody" },
	}),
	"something of no kind": put("cron", "cron:x", {}),
	"something of a word of JavaScript": put("constructor", "x", {}),
	"a tap that nobody can have": up({ ...tapReport, name: "a b" }),
	"a tap with addresses that are none": up({ ...tapReport, addresses: ["x"] }),
	"a tap with a guest that is none": up({ ...tapReport, guest: null }),
	"a tap that is no report": up([]),
};

let cases = 0;
const deviations: string[] = [];
afterAll(() =>
	report({ campaign: "a journal of somebody else", cases, deviations: deviations.length }),
);

const VERBS: Readonly<Record<string, (host: Host) => Promise<unknown>>> = {
	up: (host) => host.up(specs.hostOnly as Spec),
	down: (host) => host.down({ all: true }),
	status: (host) => host.status(),
	recover: (host) => host.recover({ strays: true }),
};

/** Run each verb on a host with this journal, and return what is wrong with the result. */
async function flawsOf(): Promise<string[]> {
	const before = pictureOf(kernel);
	const bytes = readFileSync(path);
	const flaws: string[] = [];
	for (const [verb, act] of Object.entries(VERBS)) {
		const host = new Host(kernel, { stateDir });
		const error = await act(host).then(
			() => undefined,
			(error: unknown) => error,
		);
		expect(error).toMatchObject({
			code: "ERR_JOURNAL",
			message: expect.stringMatching(
				new RegExp(`^${path}: .*, at byte \\d+; nothing was changed$`),
			),
			hint: expect.stringContaining("recover --strays"),
		});
		expect(() => host.close()).toThrow(path);
		cases++;
		if (pictureOf(kernel) !== before) flaws.push(`${verb}: the host is not as it was`);
		if (!readFileSync(path).equals(bytes)) flaws.push(`${verb}: the journal is not as it was`);
	}
	deviations.push(...flaws);
	return flaws;
}

describe("is refused where it asks for", () => {
	test.each(Object.entries(HOSTILE))("%s", async (_, record) => {
		const opened = "commit" in record || "provisional" in record ? [bodyOf(begin())] : [];
		write(...opened, bodyOf(record));
		expect(await flawsOf()).toEqual([]);
	});

	test("a message that we never send", async () => {
		const body = Buffer.from(
			bodyOf(begin({ via: "rtnetlink", request: request(RTM_DELADDR, 0, { ifa_index: 2 }) })),
		);
		const at = body.indexOf("RTM_DELADDR");
		body.write("RTM_DELLINK", at);
		write(body);
		expect(await flawsOf()).toEqual([]);
	});

	test("nothing that can be read", async () => {
		for (const body of [Buffer.of(0xff), Buffer.of(0x0a, 0x05, 1), Buffer.from("junk junk")]) {
			write(body);
			expect(await flawsOf()).toEqual([]);
		}
	});
});

test("what we write ourselves is none of it, and an unknown field neither", () => {
	const ours: Readonly<Record<string, JournalRecord>> = {
		tap: put("tap", "link:tap0", { ...tap, news: 1 }),
		bridge: put("bridge", "link:br0", bridge),
		foreign: put("bridge", "link:virbr0", { ...bridge, index: 3, foreign: true }),
		uplink: put("uplink", "uplink:eth1", uplink),
		forwarding: put("forwarding", "forwarding:eth1", forwarding),
		option: put("option", "option:net/ipv4/ip_forward", option),
		report: up({ ...tapReport, addresses: ["10.0.0.1/8"], news: [] }),
		setting: setting("net/ipv6/conf/a.b-c/accept_ra"),
		sharing: setting("net/ipv4/neigh/all/gc_stale_time", "60", "30"),
		link: link({ ifi_index: 2, IFLA_MTU: 1400, ifi_flags: 1, ifi_change: 1 }),
		unlink: begin(unlink(OURS, "tap0", "umlnet-nl lab forwarding=eth1")),
	};
	for (const [name, record] of Object.entries(ours))
		expect([name, flawOf(record)]).toEqual([name, undefined]);
});
