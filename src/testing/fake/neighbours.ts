import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../../netlink/frame.js";
import {
	NTF_PROXY,
	type RTM_DELNEIGH,
	type RTM_GETNEIGH,
	type RTM_NEWNEIGH,
} from "../../uapi/neighbour.js";
import { AF_BRIDGE } from "../../uapi/socket.js";
import type { Namespace, Neighbour } from "./namespace.js";
import { hex, Refusal, unhex } from "./refusal.js";
import type { Given, Taken } from "./value.js";

type NeighbourValue = Given<typeof RTM_NEWNEIGH>;

function read(ns: Namespace, value: NeighbourValue): Neighbour {
	const family = value.ndm_family ?? 0;
	const index = value.ndm_ifindex ?? 0;
	const key = family === AF_BRIDGE ? value.NDA_LLADDR : value.NDA_DST;
	if (key === undefined) throw new Refusal("EINVAL", "Network address not specified");
	if (!ns.links.has(index)) throw new Refusal("ENODEV");
	return {
		family,
		index,
		key: hex(key),
		lladdr: value.NDA_LLADDR && hex(value.NDA_LLADDR),
		state: value.ndm_state ?? 0,
		flags: value.ndm_flags ?? 0,
		protocol: value.NDA_PROTOCOL ?? 0,
	};
}

/** Proxied addresses are a separate list beside the neighbours. */
const same = (a: Neighbour, b: Neighbour): boolean =>
	a.family === b.family &&
	a.index === b.index &&
	a.key === b.key &&
	(a.flags & NTF_PROXY) === (b.flags & NTF_PROXY);

/** RTM_NEWNEIGH: a neighbour, a proxied address, or with AF_BRIDGE a forwarding entry. */
export function newNeighbour(ns: Namespace, flags: number, value: NeighbourValue): void {
	const neighbour = read(ns, value);
	const there = ns.neighbours.findIndex((one) => same(one, neighbour));
	// Of a proxied address no flag of the request is looked at (neigh_add).
	if ((neighbour.flags & NTF_PROXY) !== 0) {
		if (there < 0) ns.neighbours.push(neighbour);
		else ns.neighbours[there] = neighbour;
		return;
	}
	if (there < 0) {
		if ((flags & NLM_F_CREATE) === 0) throw new Refusal("ENOENT");
		ns.neighbours.push(neighbour);
		return;
	}
	if ((flags & NLM_F_EXCL) !== 0) throw new Refusal("EEXIST");
	if ((flags & NLM_F_REPLACE) !== 0) ns.neighbours[there] = neighbour;
}

/** RTM_DELNEIGH */
export function deleteNeighbour(ns: Namespace, value: Given<typeof RTM_DELNEIGH>): void {
	const neighbour = read(ns, value);
	const there = ns.neighbours.findIndex((one) => same(one, neighbour));
	if (there < 0) throw new Refusal("ENOENT");
	ns.neighbours.splice(there, 1);
}

/** A dump of RTM_GETNEIGH, by family and by device. Proxied addresses are listed only on request. */
export function dumpNeighbours(
	ns: Namespace,
	value: Given<typeof RTM_GETNEIGH>,
): Taken<typeof RTM_NEWNEIGH>[] {
	const proxied = (value.ndm_flags ?? 0) & NTF_PROXY;
	const index = value.NDA_IFINDEX ?? value.ndm_ifindex ?? 0;
	return ns.neighbours
		.filter((one) => !value.ndm_family || one.family === value.ndm_family)
		.filter((one) => index === 0 || one.index === index)
		.filter(({ flags }) => (flags & NTF_PROXY) === proxied)
		.map(reply);
}

/** RTM_GETNEIGH of one proxied address. */
export function getNeighbour(
	ns: Namespace,
	value: Given<typeof RTM_GETNEIGH>,
): Taken<typeof RTM_NEWNEIGH> {
	const wanted = read(ns, value);
	const found = ns.neighbours.find((one) => same(one, wanted));
	if (found === undefined) throw new Refusal("ENOENT", "Proxy neighbour entry not found");
	return reply(found);
}

/** A proxied address is shown as noarp, whatever it was made as (pneigh_fill_info). */
const reply = (one: Neighbour): Taken<typeof RTM_NEWNEIGH> => ({
	ndm_family: one.family,
	ndm_ifindex: one.index,
	ndm_state: one.state,
	ndm_flags: one.flags,
	ndm_type: 0,
	...(one.family !== AF_BRIDGE && { NDA_DST: unhex(one.key) }),
	...(one.lladdr !== undefined && { NDA_LLADDR: unhex(one.lladdr) }),
	...(one.protocol !== 0 && { NDA_PROTOCOL: one.protocol }),
});
