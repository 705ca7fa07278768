import { closeSync, openSync, statfsSync } from "node:fs";
import { KernelError } from "./error.js";
import { bind, check } from "./libc.js";
import { O_PATH, pathOf } from "./openat.js";

const CLONE_NEWNET = 0x40000000; // linux/sched.h
const NSFS_MAGIC = 0x6e736673; // linux/magic.h

const setns = bind<[number, number]>("setns", ["int", "int"]);
const unshare = bind<[number]>("unshare", ["int"]);

/** The path of a network namespace: a path as it is, a name as `ip netns` keeps it. */
export const netnsPath = (netns: string): string =>
	netns.includes("/") ? netns : `/run/netns/${netns}`;

/**
 * Move the calling thread, and only it, into a network namespace (setns(2)).
 * From then on this thread may use synchronous calls only: the libuv pool stays where it was.
 * @throws KernelError, EINVAL where it is something else; ENOENT or EPERM from open(2) come as Node's own error
 */
export function enterNetns(netns: string): void {
	// Looked at before it is opened: a FIFO would let nobody go on, and a device may take it for a command.
	const found = openSync(netnsPath(netns), O_PATH);
	try {
		const request = `setns(${netns})`;
		if (statfsSync(pathOf(found)).type !== NSFS_MAGIC) throw new KernelError(request, "EINVAL");
		const fd = openSync(pathOf(found), "r");
		try {
			check(request, setns(fd, CLONE_NEWNET));
		} finally {
			closeSync(fd);
		}
	} finally {
		closeSync(found);
	}
}

/**
 * Do something synchronous in another network namespace, and be back. A socket that is opened there stays there, whoever
 * uses it (netlink(7)). @throws as `enter`, which moves this thread there
 */
export function inNetns<T>(enter: () => void, body: () => T): T {
	const home = openSync("/proc/thread-self/ns/net", "r");
	try {
		enter();
		try {
			return body();
		} finally {
			check("setns(/proc/thread-self/ns/net)", setns(home, CLONE_NEWNET));
		}
	} finally {
		closeSync(home);
	}
}

/** Put the calling thread into a new, empty network namespace that dies with its last user (unshare(2)). */
export function newNetns(): void {
	check("unshare(CLONE_NEWNET)", unshare(CLONE_NEWNET));
}
