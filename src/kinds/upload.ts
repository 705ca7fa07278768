import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import { ifThere } from "../kernel/if-there.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Request, request } from "../netlink/request.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import { TC_ACT_STOLEN, TC_U32_TERMINAL, TCA_EGRESS_REDIR } from "../uapi/pkt_cls.js";
import {
	RTM_DELQDISC,
	RTM_GETTFILTER,
	RTM_NEWQDISC,
	RTM_NEWTFILTER,
	TC_H_INGRESS,
} from "../uapi/pkt_sched.js";
import { absent } from "./difference.js";
import { isChosenIndex, isLinkIndex, isLinkName, isMapOf } from "./shape.js";

/** Everything that a guest sends goes through another interface first, which slows it down. */
export interface Upload {
	readonly link: string;
	/** The name of that interface. */
	readonly through: string;
}
export interface MadeUpload extends Upload {
	readonly index: number;
	readonly target: number;
}

const HANDLE = 0xffff_0000; // ffff:, that of ingress(8)
/** 800::800, that which the kernel gives the first filter of u32. Named, a filter cannot be added beside itself. */
const FILTER = 0x8000_0800;
/** tcm_info: the first priority, and ETH_P_ALL in network order. */
const FIRST_OF_ALL = 0x0001_0300;

const ofTap = ({ index }: MadeUpload) =>
	({ tcm_ifindex: index, tcm_parent: TC_H_INGRESS, tcm_handle: HANDLE }) as const;

/** Without options the kernel has nothing to change if it is there already, which it could not. */
function requests(
	made: MadeUpload,
	flags = NLM_F_CREATE | NLM_F_EXCL,
): readonly [queue: Request, filter: Request] {
	const all = { mask: 0, val: 0, off: 0, offmask: 0 };
	const redirect = {
		action: TC_ACT_STOLEN,
		eaction: TCA_EGRESS_REDIR,
		ifindex: made.target,
	};
	return [
		request(RTM_NEWQDISC, flags, { ...ofTap(made), TCA_KIND: "ingress" }),
		request(RTM_NEWTFILTER, flags, {
			tcm_ifindex: made.index,
			tcm_parent: HANDLE,
			tcm_handle: FILTER,
			tcm_info: FIRST_OF_ALL,
			TCA_KIND: "u32",
			TCA_OPTIONS: {
				TCA_U32_SEL: { flags: TC_U32_TERMINAL, nkeys: 1, keys: [all] },
				TCA_U32_ACT: new Map([
					[1, { TCA_ACT_KIND: "mirred" as const, TCA_ACT_OPTIONS: { TCA_MIRRED_PARMS: redirect } }],
				]),
			},
		}),
	];
}
const via = (one: Request): Action => ({ via: "rtnetlink", request: one });

/** The filter is deleted together with the queueing discipline that contains it. */
const straight = (made: MadeUpload): Action => via(request(RTM_DELQDISC, 0, ofTap(made)));

const words = ({ link, through }: Upload): string => `what ${link} sends through ${through}`;

function leadSteps(made: MadeUpload, flags?: number): Step[] {
	const [queue, filter] = requests(made, flags);
	return [
		{
			label: `look at what ${made.link} sends`,
			phase: "configure",
			effect: "create",
			do: via(queue),
			undo: [straight(made)],
			conflict: {
				subject: `ingress of ${made.link}`,
				found: "one that is not ours",
				wanted: "ours",
				hint: `remove it if nobody needs it: tc qdisc del dev ${made.link} ingress`,
			},
		},
		{
			label: `lead ${words(made)}`,
			phase: "configure",
			effect: "create",
			do: via(filter),
			undo: [],
		},
	];
}

/** The target of the first filter for packets that arrive on a link; null if there is none with a target. */
function readTarget(kernel: Kernel, index: number): number | null {
	const asked = { tcm_ifindex: index, tcm_parent: HANDLE };
	const found =
		ifThere(() => ifThere(() => kernel.dump(RTM_GETTFILTER, RTM_NEWTFILTER, asked), "ENODEV")) ??
		[];
	for (const { TCA_KIND, TCA_OPTIONS } of found) {
		if (TCA_KIND !== "u32") continue;
		const action = TCA_OPTIONS?.TCA_U32_ACT?.get(1);
		if (action?.TCA_ACT_KIND === "mirred")
			return action.TCA_ACT_OPTIONS?.TCA_MIRRED_PARMS?.ifindex ?? null;
	}
	return null;
}

/**
 * What a tap receives from its guest has no queue, so it is redirected to an interface that has one, and returns as if
 * from the tap.
 */
export const upload: Kind<Upload, MadeUpload> = {
	kind: "upload",
	key: ({ link }) => `upload:${link}`,
	resolve: (want, context) => ({
		index: context.indexOf(want.link),
		target: context.indexOf(want.through),
		...want,
	}),
	reconcile: (made, want, context) => ({
		...made,
		...want,
		index: context.indexOf(want.link),
		target: context.indexOf(want.through),
	}),
	create: (made) => leadSteps(made),
	remove: (made) => [
		{
			label: `lead ${words(made)} no more`,
			phase: "configure",
			effect: "delete",
			do: straight(made),
			undo: requests(made).map(via),
		},
	],
	drift: (made, kernel) =>
		readTarget(kernel, made.index) === made.target
			? []
			: [absent(`way of ${words(made)}`, `${words(made)} does not go there`)],
	change(made, next, kernel) {
		const found = readTarget(kernel, next.index);
		if (found === next.target) return [];
		if (found !== null && found !== made.target)
			throw new ConflictError(`ingress of ${next.link}`, "a filter that is not ours", "ours", {
				hint: `remove it if nobody needs it: tc qdisc del dev ${next.link} ingress; then up again`,
			});
		// The queueing discipline of the filter may still be there.
		return leadSteps(next, NLM_F_CREATE);
	},
	isMade: isMapOf({
		link: isLinkName,
		through: isLinkName,
		index: isLinkIndex,
		target: isChosenIndex,
	}),
	parentKey: ({ link }) => linkKey(link),
};
