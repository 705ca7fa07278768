/** An empty network namespace for this test process, and a socket in it. */
import { expect } from "vitest";
import { NetlinkSocket } from "../../src/netlink/socket.js";
import { newNetns } from "../../src/sys/netns.js";
import * as uapi from "../../src/uapi/index.js";

export let rtnl: NetlinkSocket;

/** Move this process into a new namespace, before anything is opened in the old one. It disappears with the process. */
export function enterEmptyNamespace(): void {
	newNetns();
	rtnl = new NetlinkSocket(uapi.NETLINK_ROUTE);
	up("lo");
}

export const create = uapi.NLM_F_CREATE | uapi.NLM_F_EXCL;
export const ip4 = (text: string): Uint8Array => Uint8Array.from(text.split("."), Number);
export const mac = (last: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, last);

export const links = () => rtnl.dump(uapi.RTM_GETLINK, uapi.RTM_NEWLINK, {});
export function link(name: string) {
	const [found] = rtnl.request(uapi.RTM_GETLINK, 0, { IFLA_IFNAME: name });
	if (found === undefined) throw new Error(`no link ${name}`);
	return found;
}
export const names = () => new Map(links().map((one) => [one.ifi_index, one.IFLA_IFNAME ?? ""]));
export const up = (name: string) =>
	rtnl.request(uapi.RTM_NEWLINK, 0, {
		IFLA_IFNAME: name,
		ifi_flags: uapi.IFF_UP,
		ifi_change: uapi.IFF_UP,
	});

/** Sort a list for a comparison, because its order is up to the kernel. */
const sorted = (values: readonly unknown[]): unknown[] =>
	[...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
/** Compare two lists as far as ours has fields: the same objects, and the same keys in each. */
export function expectSame(
	ours: readonly object[],
	theirs: readonly Record<string, unknown>[],
): void {
	const keys = new Set(ours.flatMap((one) => Object.keys(one)));
	const seen = theirs.map((one) =>
		Object.fromEntries(
			Object.entries(one)
				.filter(([key]) => keys.has(key))
				.sort(),
		),
	);
	const mine = ours.map((one) => Object.fromEntries(Object.entries(one).sort()));
	expect(sorted(mine)).toEqual(sorted(seen));
}
