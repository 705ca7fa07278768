import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../../netlink/frame.js";
import { RTM_NEWQDISC, RTM_NEWTFILTER, TC_H_INGRESS, TC_H_ROOT } from "../../uapi/pkt_sched.js";
import type { Link, Namespace, Qdisc } from "./namespace.js";
import { Refusal } from "./refusal.js";
import type { Given, Taken } from "./value.js";

type QdiscValue = Given<typeof RTM_NEWQDISC>;
type FilterValue = Given<typeof RTM_NEWTFILTER>;

const INGRESS = 0xffff_0000;

function linkOf(
	ns: Namespace,
	{ tcm_ifindex: index = 0 }: { readonly tcm_ifindex?: number | undefined },
) {
	const link = ns.links.get(index);
	if (link === undefined) throw new Refusal("ENODEV");
	return link;
}
const placeOf = ({ tcm_parent }: QdiscValue): "root" | "ingress" => {
	if (tcm_parent === TC_H_ROOT) return "root";
	if (tcm_parent === TC_H_INGRESS) return "ingress";
	throw new Refusal("ENOENT", "Failed to find specified qdisc");
};

/** tc_modify_qdisc(), net/sched/sch_api.c */
export function newQdisc(ns: Namespace, flags: number, given: QdiscValue): void {
	// As the kernel lists it, in which nothing tells whether an attribute was given or left out.
	const value = RTM_NEWQDISC.decode(RTM_NEWQDISC.encode(given)) as QdiscValue;
	const link = linkOf(ns, value);
	const place = placeOf(value);
	const there = link.qdiscs[place];
	const kind = value.TCA_KIND;
	if (kind === undefined) throw new Refusal("ENOENT", "Specified qdisc kind is unknown");
	const handle = place === "ingress" ? INGRESS : (value.tcm_handle ?? 0);
	if (there !== undefined && there.handle === handle) {
		if ((flags & NLM_F_EXCL) !== 0)
			throw new Refusal("EEXIST", "Exclusivity flag on, cannot modify");
		if (there.kind === kind) {
			if (kind === "ingress" && value.TCA_OPTIONS !== undefined)
				throw new Refusal("EINVAL", "Change operation not supported by specified qdisc");
			link.qdiscs[place] = { ...there, value };
			return;
		}
	}
	if (there !== undefined && (flags & NLM_F_REPLACE) === 0)
		throw new Refusal("EEXIST", "NLM_F_REPLACE needed to override");
	if ((flags & NLM_F_CREATE) === 0)
		throw new Refusal("ENOENT", "Qdisc not found. To create specify NLM_F_CREATE flag");
	link.qdiscs[place] = { handle, kind, value, filters: [] };
}

/** tc_get_qdisc(): RTM_DELQDISC */
export function deleteQdisc(ns: Namespace, value: QdiscValue): void {
	const link = linkOf(ns, value);
	const place = placeOf(value);
	const there = link.qdiscs[place];
	if (there === undefined)
		throw place === "root"
			? new Refusal("ENOENT", "Cannot delete qdisc with handle of zero")
			: new Refusal("ENOENT", "Cannot find specified qdisc on specified device");
	if (value.tcm_handle !== undefined && value.tcm_handle !== 0 && value.tcm_handle !== there.handle)
		throw new Refusal("EINVAL", "Invalid handle");
	link.qdiscs[place] = undefined;
}

/** tc_get_qdisc(): RTM_GETQDISC. The original queueing discipline of a link has no handle. */
export function getQdisc(ns: Namespace, value: QdiscValue): Taken<typeof RTM_NEWQDISC> {
	const link = linkOf(ns, value);
	const there = link.qdiscs[placeOf(value)];
	const header = { tcm_family: 0, tcm_ifindex: link.index, tcm_info: 2 };
	if (there === undefined) {
		if (placeOf(value) === "ingress")
			throw new Refusal("ENOENT", "Cannot find specified qdisc on specified device");
		return {
			...header,
			tcm_handle: 0,
			tcm_parent: TC_H_ROOT,
			$TCA_KIND: "pfifo_fast",
		} as Taken<typeof RTM_NEWQDISC>;
	}
	return {
		...there.value,
		...header,
		tcm_handle: there.handle,
		tcm_parent: value.tcm_parent ?? 0,
	} as Taken<typeof RTM_NEWQDISC>;
}

/** tc_new_tfilter(), net/sched/cls_api.c */
export function newFilter(ns: Namespace, flags: number, given: FilterValue): void {
	const value = RTM_NEWTFILTER.decode(RTM_NEWTFILTER.encode(given)) as FilterValue;
	const ingress = ingressOf(ns, value);
	if ((flags & NLM_F_CREATE) === 0)
		throw new Refusal("ENOENT", "Need both RTM_NEWTFILTER and NLM_F_CREATE to create a new filter");
	const there = ingress.filters.findIndex(({ tcm_handle }) => tcm_handle === value.tcm_handle);
	if (there === -1) ingress.filters.push(value);
	else if ((flags & NLM_F_EXCL) !== 0) throw new Refusal("EEXIST", "Filter already exists");
	else ingress.filters[there] = value;
}

export function dumpFilters(
	ns: Namespace,
	value: FilterValue,
): readonly Taken<typeof RTM_NEWTFILTER>[] {
	const { ingress } = linkOf(ns, value).qdiscs;
	return (ingress?.filters ?? []) as unknown as readonly Taken<typeof RTM_NEWTFILTER>[];
}

function ingressOf(ns: Namespace, value: FilterValue): Qdisc {
	const link: Link = linkOf(ns, value);
	if (link.qdiscs.ingress === undefined || value.tcm_parent !== INGRESS)
		throw new Refusal("EINVAL", "Parent Qdisc doesn't exists");
	return link.qdiscs.ingress;
}
