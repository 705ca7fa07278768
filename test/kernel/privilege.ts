import { readFileSync } from "node:fs";
import { bind, check } from "../../src/sys/libc.js";

/**
 * Least privilege: with UMLNET_PRIVILEGE=net_admin our code in the test's process runs as a user who is not root and
 * has only CAP_NET_ADMIN. The test itself stays root, because it makes namespaces.
 */
export const LEAST = process.env.UMLNET_PRIVILEGE === "net_admin";
export const UID = 1000;

const CAP_NET_ADMIN = 12; // linux/capability.h
const VERSION_3 = 0x20080522;
// Credentials belong to a thread, but glibc's setresuid would change those of all threads (asm/unistd_64.h,
// asm-generic).
const [SETRESUID, SETRESGID] = process.arch === "arm64" ? [147, 149] : [117, 119];
const syscall = bind<[number, number, number, number]>(
	"syscall",
	["long", "int", "int", "int"],
	"long",
);
const capset = bind<[Uint8Array, Uint8Array]>("capset", ["void *", "void *"]);
const KEEP = -1;

/** The prefix of commands that run in another process. */
export const asUser: readonly string[] = LEAST
	? [
			"setpriv",
			`--reuid=${UID}`,
			`--regid=${UID}`,
			"--clear-groups",
			"--inh-caps=-all,+net_admin",
			"--ambient-caps=-all,+net_admin",
			"--bounding-set=-all,+net_admin",
			"--no-new-privs",
		]
	: [];

const status = (name: string): string =>
	new RegExp(`^${name}:\\s*(.*)$`, "m").exec(
		readFileSync("/proc/thread-self/status", "latin1"),
	)?.[1] ?? "";

function drop(): void {
	check("setresgid", syscall(SETRESGID as number, KEEP, UID, KEEP));
	check("setresuid", syscall(SETRESUID as number, KEEP, UID, KEEP));
	// struct __user_cap_header_struct, then two struct __user_cap_data_struct: effective, permitted, inheritable.
	const permitted = BigInt(`0x${status("CapPrm")}`);
	const [low, high] = [Number(permitted & 0xffff_ffffn), Number(permitted >> 32n)];
	const data = Uint32Array.of(1 << CAP_NET_ADMIN, low, 0, 0, high, 0);
	const header = Uint32Array.of(VERSION_3, 0);
	check("capset", capset(new Uint8Array(header.buffer), new Uint8Array(data.buffer)));
	if (status("CapEff") !== "0000000000001000" || !/^0\t1000\t/.test(status("Uid")))
		throw new Error(`not least privilege: ${status("CapEff")}, ${status("Uid")}`);
}

function raise(): void {
	check("setresuid", syscall(SETRESUID as number, KEEP, 0, KEEP));
	check("setresgid", syscall(SETRESGID as number, KEEP, 0, KEEP));
}

let dropped = false;

/** Run something of ours as the unprivileged user. */
export async function leastPrivileged<T>(work: () => Promise<T>): Promise<T> {
	if (!LEAST || dropped) return work();
	drop();
	dropped = true;
	try {
		return await work();
	} finally {
		raise();
		dropped = false;
	}
}

/** Run something as root in between. */
export function asRoot<T>(work: () => T): T {
	if (!dropped) return work();
	raise();
	try {
		return work();
	} finally {
		drop();
	}
}
