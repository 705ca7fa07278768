import { closeSync, openSync, statfsSync } from "node:fs";
import { KernelError } from "./error.js";
import { bind, check } from "./libc.js";
import { O_PATH, pathOf } from "./openat.js";

const CLONE_NEWNET = 0x40000000; // linux/sched.h
const NSFS_MAGIC = 0x6e736673; // linux/magic.h

const setns = bind<[number, number]>("setns", ["int", "int"]);
const unshare = bind<[number]>("unshare", ["int"]);

/** The path of a network namespace. A name without a slash is one that `ip netns` made, below /run/netns. */
export const netnsPath = (netns: string): string =>
	netns.includes("/") ? netns : `/run/netns/${netns}`;

/**
 * Move the calling thread, and only this thread, into a network namespace (setns(2)). From then on it may use
 * synchronous calls only: the threads of libuv's pool stay in the old namespace.
 * @throws KernelError, with EINVAL if the file is something else; ENOENT or EPERM of open(2) come as Node's own errors
 */
export function enterNetns(netns: string): void {
	// The file is inspected before it is opened: opening a FIFO blocks, and opening a device may trigger it.
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
 * Run a synchronous function in another network namespace and return. A socket that is opened there stays in that
 * namespace, whoever uses it (netlink(7)). @throws as `enter`, which moves this thread there
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

/**
 * Move the calling thread into a new, empty network namespace, which the kernel deletes with its last user
 * (unshare(2)).
 */
export function newNetns(): void {
	check("unshare(CLONE_NEWNET)", unshare(CLONE_NEWNET));
}
