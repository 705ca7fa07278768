import { execFileSync } from "node:child_process";
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootGuest, type GuestOptions, missing, startGuest } from "./uml.js";

const OWNER = 500;
const STRANGER = 501;
const netns = `guest-${process.pid}`;
const tuntap = {
	netns,
	net: "eth0=tuntap,tap0",
	ip: "ip=192.168.33.34::192.168.33.33:255.255.255.0::eth0:off",
	uid: OWNER,
} satisfies GuestOptions;
const vector = {
	netns,
	net: "vec0:transport=tap,ifname=tap0",
	ip: "ip=192.168.33.34::192.168.33.33:255.255.255.0::vec0:off",
	uid: OWNER,
} satisfies GuestOptions;

function ip(...args: string[]): string {
	return execFileSync("ip", ["-netns", netns, ...args], { encoding: "utf8" });
}

function addTap(name: string, address: string): void {
	ip("tuntap", "add", "dev", name, "mode", "tap", "user", `${OWNER}`);
	ip("address", "add", address, "dev", name);
	ip("link", "set", name, "up");
}

/** The processes in the test's network namespace, where only guests run. */
function processes(): string[] {
	const inode = statSync(`/run/netns/${netns}`).ino;
	return readdirSync("/proc").filter((pid) => {
		try {
			return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/ns/net`) === `net:[${inode}]`;
		} catch {
			return false; // A process of somebody else has just ended.
		}
	});
}

/** A tap has a carrier only while a process holds it open. */
function expectNothingLeft(): void {
	expect(processes()).toEqual([]);
	expect(ip("link", "show", "tap0")).toContain("NO-CARRIER");
}

beforeAll(() => {
	execFileSync("ip", ["netns", "add", netns]);
	addTap("tap0", "192.168.33.33/24");
	addTap("tap1", "192.168.34.33/24");
});

afterAll(() => {
	execFileSync("ip", ["netns", "delete", netns]);
});

test("everything a guest needs is installed", () => {
	expect(missing()).toEqual([]);
});

test.each([tuntap, vector])("the tap's owner boots a guest on $net", async (options) => {
	const { results, bootMs } = await bootGuest({
		...options,
		commands: ["ping -c 3 -i 0.2 192.168.33.33"],
	});
	expect(results[0]?.stdout).toContain("3 packets transmitted, 3 packets received, 0% packet loss");
	expect(results[0]?.status).toBe(0);
	expect(bootMs).toBeGreaterThan(0);
	expectNothingLeft();
});

test.each([tuntap, vector])("a stranger gets no network on $net", async (options) => {
	const device = options.net.slice(0, 4);
	const { console, results } = await bootGuest({
		...options,
		uid: STRANGER,
		commands: [`ip link set ${device} up`],
	});
	expect(console).toContain(`init: ${options.ip} failed`);
	expect(results[0]?.status).not.toBe(0);
});

test("a command's status and output come back as they were", async () => {
	const { results } = await bootGuest({
		...tuntap,
		commands: ["echo out; echo err >&2; exit 3", "printf 'ä\\r\\n\\tno newline'", "seq 20000", ":"],
	});
	const lines = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`);
	expect(results.map(({ status }) => status)).toEqual([3, 0, 0, 0]);
	expect(results.map(({ stdout }) => stdout)).toEqual([
		"out\nerr\n",
		"ä\r\n\tno newline",
		lines.join(""),
		"",
	]);
});

test("the longest command fits, a longer one is refused", async () => {
	await using guest = await startGuest(tuntap);
	const longest = `: ${"x".repeat(2798)}`;
	expect(await guest.exec(longest)).toMatchObject({ status: 0, stdout: "" });
	await expect(guest.exec(`${longest}x`)).rejects.toThrow(RangeError);
	expect(await guest.exec("echo still there")).toMatchObject({ stdout: "still there\n" });
});

test("a guest stuck in a command is killed at the deadline and nothing of it is left", async () => {
	await using guest = await startGuest(tuntap);
	expect(processes()).not.toEqual([]);
	expect(ip("link", "show", "tap0")).not.toContain("NO-CARRIER");
	// On a busy machine an answer takes long, so the deadline is a multiple of a measured answer.
	const asked = performance.now();
	await guest.exec("echo");
	const deadline = Math.ceil(500 + 20 * (performance.now() - asked));
	const hung = guest.exec("echo before; while :; do :; done", deadline);
	await expect(hung).rejects.toThrow(new RegExp(`not done in ${deadline} ms[^]*before`));
	expectNothingLeft();
});

test("a guest that dies is reported with its last words", async () => {
	await using guest = await startGuest(tuntap);
	await expect(guest.exec("echo c >/proc/sysrq-trigger")).rejects.toThrow(/gone[\s\S]*sysrq/);
	await expect(guest.exec("true")).rejects.toThrow("the guest is gone");
	expectNothingLeft();
});

test("a running guest answers the host until it is stopped", async () => {
	await using guest = await startGuest(tuntap);
	const ping = () =>
		execFileSync("ip", ["netns", "exec", netns, "busybox", "ping", "-c1", "-W1", "192.168.33.34"]);
	expect(`${ping()}`).toContain("1 packets received");
	await guest.stop();
	expect(ping).toThrow();
	expectNothingLeft();
});

test("two guests boot at once, each on its own tap", async () => {
	const other = {
		...tuntap,
		net: "eth0=tuntap,tap1",
		ip: "ip=192.168.34.34::192.168.34.33:255.255.255.0::eth0:off",
	} satisfies GuestOptions;
	const runs = await Promise.all([
		bootGuest({ ...tuntap, commands: ["ping -c 1 -W 2 192.168.33.33"] }),
		bootGuest({ ...other, commands: ["ping -c 1 -W 2 192.168.34.33"] }),
	]);
	expect(runs.map(({ results }) => results[0]?.status)).toEqual([0, 0]);
	expectNothingLeft();
});
