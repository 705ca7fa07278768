import { closeSync, openSync } from "node:fs";
import { bind, check } from "./libc.js";

const CLONE_NEWNET = 0x40000000; // linux/sched.h

const setns = bind<[number, number]>("setns", ["int", "int"]);
const unshare = bind<[number]>("unshare", ["int"]);

/** The path of a network namespace: a path as it is, a name as `ip netns` keeps it. */
export const netnsPath = (netns: string): string =>
	netns.includes("/") ? netns : `/run/netns/${netns}`;

/**
 * Move the calling thread, and only it, into a network namespace (setns(2)).
 * From then on this thread may use synchronous calls only: the libuv pool stays where it was.
 * @throws KernelError; ENOENT or EPERM from open(2) come as Node's own error
 */
export function enterNetns(netns: string): void {
	const fd = openSync(netnsPath(netns), "r");
	try {
		check(`setns(${netns})`, setns(fd, CLONE_NEWNET));
	} finally {
		closeSync(fd);
	}
}

/** Put the calling thread into a new, empty network namespace that dies with its last user (unshare(2)). */
export function newNetns(): void {
	check("unshare(CLONE_NEWNET)", unshare(CLONE_NEWNET));
}
