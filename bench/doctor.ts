/**
 * How long `doctor` and `why` take on a host with many guests and many rules of others: `npm run bench:doctor`. Each is a
 * process of its own, from its start to its end.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
	closeSync,
	constants,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { Writer } from "../src/netlink/bytes.js";
import { ioctl } from "../src/sys/ioctl.js";
import { newNetns } from "../src/sys/netns.js";
import * as uapi from "../src/uapi/index.js";

const GUESTS = 1_000;
const RULES = 10_000;
const ROUNDS = 7;
/** What the verbs may take. */
const LIMIT_MS = 1_000;
const MAIN = join(import.meta.dirname, "../../../../dist/bin/umlnet-nl.cjs");

const directory = mkdtempSync(join(tmpdir(), "umlnet-nl-"));
const sh = (script: string, input = ""): string =>
	execFileSync("sh", ["-euc", script], { encoding: "utf8", input });

function umlnet(...args: readonly string[]): number {
	const ours = [MAIN, "--state-dir", join(directory, "state"), ...args];
	const { status, stderr } = spawnSync(process.execPath, ours, { encoding: "utf8" });
	// 6: something stops packets, which is an answer.
	if (status !== 0 && status !== 6) throw new Error(stderr);
	return status;
}

function spec(): string {
	const address = (i: number): string =>
		`192.168.${Math.floor((i + 10) / 250)}.${((i + 10) % 250) + 2}/20`;
	const mac = (i: number): string =>
		`52:54:00:00:${(i >> 8).toString(16).padStart(2, "0")}:${(i % 256).toString(16).padStart(2, "0")}`;
	const tap = (i: number) => ({
		network: "lab",
		owner: 0,
		guest: { addresses: [address(i)], mac: mac(i) },
	});
	return JSON.stringify({
		version: 1,
		networks: {
			lab: { mode: "nat", uplink: "eth1", bridge: "br0", addresses: ["192.168.0.1/20"] },
		},
		taps: Object.fromEntries(Array.from({ length: GUESTS }, (_, i) => [`tap${i}`, tap(i)])),
	});
}

function open(name: string): number {
	const fd = openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
	const w = new Writer();
	uapi.ifreq.write(w, { ifr_name: name, ifr_flags: uapi.IFF_TAP | uapi.IFF_NO_PI });
	ioctl(fd, uapi.TUNSETIFF, w.finish(), "TUNSETIFF");
	return fd;
}

/** Seconds of CPU that processes we have waited for took, in hundredths: cutime and cstime of proc_pid_stat(5). */
function childTicks(): number {
	const fields = readFileSync("/proc/self/stat", "latin1")
		.replace(/^.*\) /, "")
		.split(" ");
	return Number(fields[13]) + Number(fields[14]);
}
const TICK_MS = 10;

function measure(...args: readonly string[]): boolean {
	const ticks = childTicks();
	const times = Array.from({ length: ROUNDS }, () => {
		const start = performance.now();
		umlnet(...args);
		return performance.now() - start;
	}).toSorted((a, b) => a - b);
	const [least = 0] = times;
	const median = times[Math.floor(ROUNDS / 2)] ?? 0;
	const cpu = ((childTicks() - ticks) * TICK_MS) / ROUNDS;
	const isMet = median <= LIMIT_MS;
	const figures = `median ${median.toFixed(0)} ms, least ${least.toFixed(0)} ms, CPU ${cpu.toFixed(0)} ms`;
	console.log(`${args.join(" ").padEnd(28)} ${figures}: ${isMet ? "met" : "missed"}`);
	return isMet;
}

newNetns();
try {
	sh(`ip link set lo up
		ip link add eth1 type veth peer name lan0; ip link set lan0 up
		ip addr add 10.33.33.34/8 dev eth1; ip link set eth1 up; ip route add default via 10.33.33.1`);
	writeFileSync(join(directory, "spec.json"), spec());
	umlnet("up", "-q", "-f", join(directory, "spec.json"));
	const rules = Array.from(
		{ length: RULES },
		(_, i) =>
			`ip saddr 10.${Math.floor(i / 250)}.${i % 250}.1 tcp dport ${(i % 60_000) + 1} counter drop`,
	);
	sh(
		"nft -f -",
		`table ip foreign {\nchain c {\ntype filter hook forward priority 0;\n${rules.join("\n")}\n}\n}\n`,
	);
	const tap = open("tap77");
	console.log(`${GUESTS} guests, ${RULES} rules of others; at most ${LIMIT_MS} ms`);
	const met = [
		measure("doctor"),
		measure("doctor", "tap77"),
		measure("why", "tap77", "9.9.9.9:443"),
	];
	closeSync(tap);
	process.exitCode = met.every(Boolean) ? 0 : 1;
} finally {
	rmSync(directory, { recursive: true, force: true });
}
