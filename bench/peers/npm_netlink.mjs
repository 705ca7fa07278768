// The npm package `netlink`, with links and addresses. It can neither create a tap nor use nf_tables, and has no
// attributes for proxy_arp and forwarding. So ip(8) creates the tap beforehand without being measured, the bytes of
// IFLA_AF_SPEC are written by hand, and there is no NAT. npm_netlink.mjs FOLDER; its lines are in ../peer.ts.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { createRtNetlink } = createRequire(`${process.argv[2]}/`)("netlink");
const socket = createRtNetlink({ ref: true });

const AF_INET = 2;
// IFLA_INET_CONF with IPV4_DEVCONF_PROXY_ARP and IPV4_DEVCONF_FORWARDING, both 1.
const INET_CONF = Buffer.from([20, 0, 1, 0x80, 8, 0, 3, 0, 1, 0, 0, 0, 8, 0, 1, 0, 1, 0, 0, 0]);

const now = () => Number(process.hrtime.bigint());
const range = (first, count) => Array.from({ length: count }, (_, i) => first + i);

function address(i) {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(0x0a80_0001 + 4 * i);
	return bytes;
}

function makeTaps(numbers) {
	const lines = numbers.map((i) => `tuntap add dev b${i} mode tap user 500\n`);
	execFileSync("ip", ["-batch", "-"], { input: lines.join("") });
}

async function indexes(numbers) {
	const wanted = new Set(numbers.map((i) => `b${i}`));
	const links = await socket.getLinks();
	return new Map(
		links
			.filter(({ attrs }) => wanted.has(attrs.ifname))
			.map(({ data, attrs }) => [Number(attrs.ifname.slice(1)), data.index]),
	);
}

async function up(index, i) {
	const start = now();
	await socket.setLink(
		{ index, change: { up: true }, flags: { up: true } },
		{ afSpec: new Map([[AF_INET, INET_CONF]]) },
	);
	const local = address(i);
	await socket.newAddress(
		{ family: AF_INET, index, prefixlen: 30 },
		{ local, address: local },
		{ flags: 0x600 }, // NLM_F_CREATE | NLM_F_EXCL
	);
	return now() - start;
}

async function answer(verb, first, count) {
	const numbers = range(first, count);
	if (verb === "up") {
		makeTaps(numbers);
		const found = await indexes(numbers);
		const times = [];
		for (const i of numbers) times.push(await up(found.get(i), i));
		return times;
	}
	if (verb === "down") {
		const found = await indexes(numbers);
		const start = now();
		for (const i of numbers) await socket.delLink({ index: found.get(i) });
		return [now() - start];
	}
	return undefined;
}

for await (const line of createInterface({ input: process.stdin })) {
	const [verb, a, b] = line.split("\t");
	const times = await answer(verb, Number(a), Number(b));
	process.stdout.write(times === undefined ? "no\n" : `ok ${times.join(" ")}\n`);
}
process.exit();
