/**
 * Corrupted input from the kernel, a guest, a journal or a person: every decoder must read it or refuse it with a typed
 * error, soon, and without using more and more memory.
 */
import { readFileSync, rmSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test, vi } from "vitest";
import { HEAD, MAGIC, recordAt } from "../../src/engine/journal/frame.js";
import { Writer } from "../../src/netlink/bytes.js";
import { nlmsgerrAttrs } from "../../src/netlink/nlmsg.js";
import { NetlinkSocket } from "../../src/netlink/socket.js";
import { compile } from "../../src/nftables/index.js";
import { sections } from "../../src/oracle/sections.js";
import * as uapi from "../../src/uapi/index.js";
import { lan } from "../engine/hosts.js";
import { journalPath, Rig, scratch } from "../engine/rig.js";
import { specs } from "../engine/scenarios.js";
import { Lab } from "../kernel/lab.js";
import { S3, VARIANTS } from "../kernel/specs.js";
import { rows } from "../nftables/rules.js";
import { host, inTable } from "../nftables/ruleset.js";
import { frames } from "../packet/frames.js";
import { golden } from "../socket/golden.js";
import { report, seed, sized, until } from "./campaign.js";

vi.setConfig({ testTimeout: 3_600_000 });
const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

interface Input {
	/** The constant of the message type. */
	readonly name?: string;
	readonly bytes: Uint8Array;
	/** The request that it answers. */
	readonly asked?: Uint8Array;
	readonly value?: unknown;
}

const names = new Map<unknown, string>(Object.entries(uapi).map(([name, fact]) => [fact, name]));

function datagram(type: number, payload: Uint8Array, flags = 2): Uint8Array {
	const bytes = Buffer.alloc(16 + payload.length);
	bytes.writeUInt32LE(bytes.length, 0);
	bytes.writeUInt16LE(type, 4);
	bytes.writeUInt16LE(flags, 6);
	bytes.set(payload, 16);
	return bytes;
}

const HOST = `
ip link add eth0 type veth peer name far
ip address add 10.0.0.3/8 dev eth0; ip address add 2001:db8::1/64 dev eth0
ip link set eth0 up; ip link set far up
ip nexthop add id 7 via 10.0.0.9 dev eth0
ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev eth0
ip rule add from 10.0.0.2 lookup 100
ip route add 10.9.0.0/16 nexthop via 10.0.0.8 nexthop via 10.0.0.9
nft -f - <<-END
	table inet foreign {
		counter hits { }
		map m { type ipv4_addr . inet_service : verdict; flags interval; elements = { 10.0.0.0/8 . 1-80 : accept } }
		set friends { type ipv4_addr; flags timeout; elements = { 10.9.9.9 timeout 1h, 10.9.9.8 } }
		chain input {
			type filter hook input priority 0; policy accept
			ct state established counter accept
			ip saddr @friends limit rate 3/second log prefix "x" counter name hits
			tcp dport { 22, 80-90 } meta mark set 7 reject with tcp reset
		}
	}
END
busybox ping -c1 -W1 10.0.0.3 > /dev/null
`;

/** Everything that a kernel reports about a host with one object of every type. */
async function dumps(): Promise<{ netlink: Input[]; nft: Input[] }> {
	const lab = await Lab.open(HOST);
	await lab.run((host) => host.up(S3));
	await lab.run((host) => host.up(VARIANTS["IPv6 addresses on a bridge"] as typeof S3));
	const sockets = { route: new NetlinkSocket(0), netfilter: new NetlinkSocket(12) };
	const all = sections.map(({ socket, read, reply }) => ({
		socket,
		inputs: read(sockets[socket]).map((bytes) => ({
			name: names.get(reply) as string,
			bytes: datagram(reply.type, bytes),
		})),
	}));
	for (const socket of Object.values(sockets)) socket.close();
	lab.close();
	const of = (socket: string) => all.filter((one) => one.socket === socket);
	return {
		netlink: of("route").flatMap(({ inputs }) => inputs),
		nft: of("netfilter").flatMap(({ inputs }) => inputs),
	};
}

/** Rules with every statement and expression, as encoded messages. */
const rules = (): Input[] =>
	rows.flatMap(([, family, statements]) =>
		compile({ nftables: inTable(family, statements) }, { host }).messages.map(
			({ message, value }) => ({
				name: names.get(message) as string,
				bytes: datagram(message.type, message.encode(value as never)),
			}),
		),
	);

function extackOf(extack: Parameters<typeof nlmsgerrAttrs.write>[1]): Uint8Array {
	const w = new Writer();
	nlmsgerrAttrs.write(w, extack);
	return w.finish();
}

/** Refusals: one that a kernel sent, and one with each type of extended acknowledgement. */
function refusals(): Input[] {
	const asked = uapi.RTM_NEWLINK.encode({ IFLA_MTU: 1, IFLA_IFNAME: "x" });
	const header = datagram(16, asked).subarray(0, 16);
	const acks = [
		{ NLMSGERR_ATTR_MSG: "mtu less than device minimum", NLMSGERR_ATTR_OFFS: 32 },
		{ NLMSGERR_ATTR_MISS_TYPE: 3, NLMSGERR_ATTR_MISS_NEST: 32 },
		{ NLMSGERR_ATTR_OFFS: 36 },
	].map((extack) => {
		const head = Buffer.concat([Buffer.from(Int32Array.of(-22).buffer), header]);
		return Buffer.concat([head, extackOf(extack)]);
	});
	const built = acks.map((payload) => ({ bytes: datagram(2, payload, 0x300) }));
	return [...golden("refusal").map((bytes) => ({ bytes })), ...built].map(({ bytes }) => ({
		name: "RTM_NEWLINK",
		bytes,
		asked,
	}));
}

/** A journal with several transactions, and its records one by one. */
function journal(): { journal: Input[]; record: Input[] } {
	const rig = new Rig(directory, lan);
	for (const spec of [specs.hostOnly, specs.snat, specs.bridged]) rig.up(spec);
	rig.down("tap0");
	rig.close();
	const bytes = readFileSync(journalPath(directory));
	const record: Input[] = [];
	for (let at = MAGIC.length; at < bytes.length; ) {
		const body = recordAt(bytes, at) as Uint8Array;
		record.push({ bytes: body.slice() });
		at += HEAD + body.length;
	}
	return { journal: [{ bytes }], record };
}

const YAML = `version: 1
networks:
  lab: { mode: nat, uplink: eth1, bridge: br0, addresses: [192.168.33.33/24, "fd00::1/64"], snatTo: 10.33.33.34 }
taps:
  tap0: { network: lab, owner: 500, mac: 02:00:00:00:00:01, guest: { addresses: [192.168.33.34/24] } }
`;
const VALUE = {
	version: 1,
	networks: {
		lab: { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"], proxyArp: true },
	},
	taps: {
		tap0: { network: "lab", owner: 500, group: 36, mtu: 1400, guest: { mac: "52:54:00:12:34:56" } },
	},
};

/** How many of 1000 inputs are of each family: what is slow to decode is decoded less often. */
const SHARES = {
	netlink: 400,
	nft: 348,
	extack: 130,
	packet: 100,
	journal: 2,
	record: 10,
	spec: 2,
	value: 8,
};

interface Result {
	readonly counts: Readonly<Record<string, number>>;
	readonly refused: Readonly<Record<string, number>>;
	readonly slowest: number;
	readonly slowestIn: string;
	readonly again: number;
	readonly flaws: readonly string[];
	readonly rss: readonly number[];
}

const work = (corpus: object, count: number, lane: number): Promise<Result> =>
	new Promise((resolve, reject) => {
		const counts = Object.fromEntries(
			Object.entries(SHARES).map(([family, share]) => [family, Math.ceil((count * share) / 1000)]),
		);
		const worker = new Worker(new URL("programs/decoders.mjs", import.meta.url), {
			workerData: { corpus, counts, seed: seed + lane, until },
		});
		worker.once("message", resolve);
		worker.once("error", reject);
	});

const THREADS = 2;
// A slow input is tried again several times, so this is the time of decoding alone.
const SLOW_MS = 100;

test(`lies end in an answer or in a typed error, seed ${seed}`, async () => {
	const { netlink, nft } = await dumps();
	const corpus = {
		netlink,
		nft: [...nft, ...rules()],
		extack: refusals(),
		packet: frames.map(({ bytes }) => ({ bytes })),
		...journal(),
		spec: [{ bytes: Buffer.from(YAML) }, { bytes: Buffer.from(JSON.stringify(VALUE)) }],
		value: [{ bytes: Buffer.from("value"), value: VALUE }],
	};
	for (const inputs of Object.values(corpus)) expect(inputs.length).toBeGreaterThan(0);
	const cases = sized(1_000_000, 100_000_000);
	const results = await Promise.all(
		Array.from({ length: THREADS }, (_, lane) => work(corpus, cases / THREADS, lane)),
	);
	const flaws = results.flatMap((one) => one.flaws);
	const sum = (what: "counts" | "refused", family: string): number =>
		results.reduce((all, one) => all + (one[what][family] ?? 0), 0);
	const done = Object.keys(SHARES).reduce((all, family) => all + sum("counts", family), 0);
	const [slow] = results.toSorted((a, b) => b.slowest - a.slowest) as [Result];
	const grown = Math.max(...results.map(({ rss }) => (rss.at(-1) as number) - (rss[1] as number)));
	const each = Object.keys(SHARES).map((family) => `${family} ${sum("counts", family)}`);
	const again = results.reduce((all, one) => all + one.again, 0);
	const notes = `${each.join(", ")}; ${again} decoded again for they took long, slowest input ${slow.slowest.toFixed(1)} ms (${slow.slowestIn}), memory ${mebibytes(grown)} MiB more at the end`;
	report({ campaign: "decoders", cases: done, deviations: flaws.length, seed, notes });
	expect(flaws).toEqual([]);
	// If no corrupted input were refused, the corruption would be worthless.
	for (const family of Object.keys(SHARES))
		expect(sum("refused", family), family).toBeGreaterThan(sum("counts", family) / 100);
	expect(slow.slowest).toBeLessThan(SLOW_MS);
	expect(mebibytes(grown)).toBeLessThan(256);
});

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
