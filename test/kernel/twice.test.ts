import { readdirSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Lab } from "./lab.js";
import { labSpec, S3 } from "./specs.js";
import { traceOf } from "./strace.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

const tap = ["tap0", "--owner", "500"];
const host = ["--address", "192.168.33.33/24"];

/** Every system call by which a process can change the network of its namespace. */
const CALLS = "sendto,sendmsg,sendmmsg,ioctl,open,openat,openat2";
const CHANGES = [
	/RTM_(NEW|DEL|SET)/,
	/NFT_MSG_(NEW|DEL|DESTROY)/,
	/NFNL_MSG_BATCH/,
	/ioctl\(.*(TUN|SIOC(?!GIF))/,
	/\/proc\/sys\/net.*O_(RDWR|WRONLY)/,
	/\/dev\/net\/tun/,
];
const changing = (args: readonly string[]): string[] =>
	traceOf(lab, CALLS, args).filter((line) => CHANGES.some((change) => change.test(line)));

test.each([
	["S1", [...tap, ...host]],
	["S2", [...tap, "--bridge", "br0", "--uplink", "eth1"]],
	["S3", [...tap, ...host, "--nat", "eth1", "--snat-to", "10.33.33.34"]],
	["masquerade with proxy ARP", [...tap, ...host, "--nat", "eth1", "--proxy-arp"]],
])(
	"%s: strace sees no change asked of the kernel by a second up, nor a second down",
	(_, flags) => {
		const before = lab.look();
		expect(changing(["up", ...flags])).not.toEqual([]);
		expect(changing(["up", ...flags])).toEqual([]);
		expect(changing(["plan", ...flags])).toEqual([]);
		expect(changing(["status"])).toEqual([]);
		expect(changing(["down", "tap0"])).not.toEqual([]);
		expect(changing(["down", "tap0"])).toEqual([]);
		expect(changing(["recover"])).toEqual([]);
		expect(lab.changes(before)).toEqual([]);
	},
);

test("a host that is closed leaves no descriptor open, whether it worked or was refused", async () => {
	const open = () => readdirSync("/proc/self/fd").length;
	await lab.run((host) => host.status());
	const before = open();
	await lab.run((host) => host.up(S3));
	await expect(
		lab.run((host) => host.up(labSpec({ mode: "host-only" }, { eth1: {} }))),
	).rejects.toThrow();
	await lab.run((host) => host.down({ all: true }));
	expect(open()).toBe(before);
});
