import { request } from "../netlink/request.js";
import type { KernelError } from "../sys/error.js";
import { RTM_DELLINK, RTM_NEWLINK } from "../uapi/if_link.js";
import type { Identity } from "./action.js";
import type { Kernel } from "./kernel.js";
import { type Link, readLinks } from "./read.js";

/** Whether a link is still the one that we made. Its name alone proves nothing; its index and a mark do. */
export function isStill(link: Link | undefined, identity: Identity): link is Link {
	if (link === undefined || link.ifi_index !== identity.index) return false;
	if (identity.master !== undefined && (link.IFLA_MASTER ?? 0) !== identity.master) return false;
	return (
		link.IFLA_IFNAME === identity.name ||
		(identity.alias !== undefined && link.IFLA_IFALIAS === identity.alias)
	);
}

const isGone = (error: KernelError | undefined): boolean =>
	error === undefined || error.errno === "ENODEV";
// A random group number is taken with a probability of one in 2^31. Three in a row mean that something else is wrong.
const GROUP_TRIES = 3;
// dev_validate_mtu() refuses a negative MTU for every device before it changes anything (net/core/dev.c).
const IMPOSSIBLE_MTU = 0xffff_ffff;

/**
 * Delete the links that are still ours. If they were deleted one by one, each would wait for RCU grace periods
 * (unregister_netdevice_many, net/core/dev.c); as one group they share them.
 * @returns the error of each link that could not be deleted
 */
export function unlink(
	kernel: Kernel,
	identities: readonly Identity[],
): (KernelError | undefined)[] {
	const ours = stillOurs(kernel, identities);
	const indexes = ours.map(({ index }) => index);
	const failed =
		indexes.length > 1 && unlinkGroup(kernel, indexes) ? [] : unlinkEach(kernel, indexes);
	const errors = new Map(indexes.map((index, i) => [index, failed[i]]));
	return identities.map(({ index }) => errors.get(index));
}

/** The identities whose link still exists. A link is read only if it was renamed, or must have a master. */
export function stillOurs(kernel: Kernel, identities: readonly Identity[]): readonly Identity[] {
	const names = new Map(identities.map((one) => [one, kernel.linkName(one.index)]));
	const there = identities.filter((one) => names.get(one) !== undefined);
	const unclear = there.filter((one) => names.get(one) !== one.name || one.master !== undefined);
	if (unclear.length === 0) return there;
	const links = readLinks(
		kernel,
		unclear.map(({ index }) => index),
	);
	const foreign = new Set(unclear.filter((one, i) => !isStill(links[i], one)));
	return there.filter((one) => !foreign.has(one));
}

function unlinkEach(kernel: Kernel, indexes: readonly number[]): (KernelError | undefined)[] {
	return kernel
		.rtnetlink(indexes.map((ifi_index) => request(RTM_DELLINK, 0, { ifi_index })))
		.map(({ error }) => (isGone(error) ? undefined : error));
}

/**
 * Put the links into a group that has no other member, and delete the group. Returns false if there is no free group.
 */
function unlinkGroup(kernel: Kernel, indexes: readonly number[]): boolean {
	for (let tries = 0; tries < GROUP_TRIES; tries++) {
		const group = kernel.chooseIndex();
		if (!isEmptyGroup(kernel, group)) continue;
		const outcomes = kernel.rtnetlink([
			...indexes.map((ifi_index) => request(RTM_NEWLINK, 0, { ifi_index, IFLA_GROUP: group })),
			request(RTM_DELLINK, 0, { IFLA_GROUP: group }),
		]);
		return outcomes.every(({ error }) => isGone(error));
	}
	return false;
}

/**
 * Whether a group has no members, found without a dump of all links: setting an impossible MTU for a group changes
 * nothing, and fails only if the group has members (rtnl_group_changelink, net/core/rtnetlink.c).
 */
function isEmptyGroup(kernel: Kernel, group: number): boolean {
	const [outcome] = kernel.rtnetlink([
		request(RTM_NEWLINK, 0, { IFLA_GROUP: group, IFLA_MTU: IMPOSSIBLE_MTU }),
	]);
	return outcome !== undefined && outcome.errno === undefined;
}
