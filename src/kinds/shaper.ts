import { ConflictError } from "../engine/error.js";
import type { Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Request, request } from "../netlink/request.js";
import { NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL, NLM_F_REPLACE } from "../uapi/netlink.js";
import {
	RTM_DELQDISC,
	RTM_GETQDISC,
	RTM_NEWQDISC,
	TC_H_ROOT,
	TC_LINKLAYER_ETHERNET,
} from "../uapi/pkt_sched.js";

/**
 * How a link is slowed down in the direction in which it sends: by a token bucket in the place of its queue, tc-tbf(8).
 */
export interface Shape {
	/** The index of the link. */
	readonly index: number;
	/** Bits per second. */
	readonly rate: number;
	/** The largest packet of the link. */
	readonly mtu: number;
}

/** The root queueing discipline of a link gets the first handle, 1:. */
const HANDLE = 0x1_0000;
/** The kernel counts the Ethernet header as a part of a frame (ETH_HLEN), while people count what packets carry. */
const HEADER = 14;
/**
 * The amount that may pass at once after a pause, in seconds of the rate: far less than anybody measures, and more than
 * a timer is late.
 */
const BURST_SECONDS = 0.015;
const MOST_BURST = 4 << 20;
/** The longest time in seconds that a packet waits. What comes then is dropped, so that its sender slows down. */
const WAIT_SECONDS = 0.05;
/** The window that a sender needs at least to keep a slow link busy. */
const LEAST_FRAMES = 16;

const MAX_U32 = 0xffff_ffff;

/** The parameters of the bucket, in bytes and bytes per second. */
export function bucketOf({ rate, mtu }: Pick<Shape, "rate" | "mtu">) {
	const speed = Math.floor(rate / 8);
	const frame = mtu + HEADER;
	const burst = Math.max(frame, Math.min(MOST_BURST, Math.floor(speed * BURST_SECONDS)));
	const wait = Math.max(LEAST_FRAMES * frame, Math.floor(speed * WAIT_SECONDS));
	return { speed, burst, limit: burst + wait };
}

function put(shape: Shape, flags: number): Request {
	const { speed, burst, limit } = bucketOf(shape);
	return request(RTM_NEWQDISC, flags, {
		tcm_ifindex: shape.index,
		tcm_parent: TC_H_ROOT,
		tcm_handle: HANDLE,
		TCA_KIND: "tbf",
		TCA_STAB: { TCA_STAB_BASE: { overhead: -HEADER, linklayer: TC_LINKLAYER_ETHERNET } },
		TCA_OPTIONS: {
			TCA_TBF_PARMS: {
				// A rate that needs more than 32 bits has an attribute of its own.
				rate: { linklayer: TC_LINKLAYER_ETHERNET, rate: Math.min(speed, MAX_U32) },
				limit,
			},
			TCA_TBF_RATE64: speed > MAX_U32 ? BigInt(speed) : undefined,
			TCA_TBF_BURST: burst,
		},
	});
}

const via = (one: Request): Action => ({ via: "rtnetlink", request: one });

/** Slow down a link that is not slowed down yet, and undo that. */
export const slowDown = (shape: Shape): Action => via(put(shape, NLM_F_CREATE | NLM_F_EXCL));
const changeRate = (shape: Shape): Action => via(put(shape, NLM_F_CREATE | NLM_F_REPLACE));
export const letRun = ({ index }: Pick<Shape, "index">): Action =>
	via(request(RTM_DELQDISC, 0, { tcm_ifindex: index, tcm_parent: TC_H_ROOT, tcm_handle: HANDLE }));

type Found = ReturnType<typeof RTM_NEWQDISC.decode>;

/** The queueing discipline that somebody has put on a link; undefined if it has its original one, or does not exist. */
function readQueue(kernel: Kernel, index: number): Found | undefined {
	const [outcome] = kernel.rtnetlink([
		request(RTM_GETQDISC, NLM_F_ECHO, { tcm_ifindex: index, tcm_parent: TC_H_ROOT }),
	]);
	if (outcome?.errno !== undefined && !ABSENT.has(outcome.errno)) throw outcome.error;
	const found = outcome?.replies[0]?.value as Found | undefined;
	// One that the kernel has chosen itself has no handle.
	return found?.tcm_handle === 0 ? undefined : found;
}
const ABSENT = new Set(["ENOENT", "ENODEV"]);

function isAsWanted(found: Found | undefined, shape: Shape): boolean {
	if (found?.TCA_KIND !== "tbf") return false;
	const { TCA_TBF_PARMS: parms, TCA_TBF_RATE64: wide } = found.TCA_OPTIONS ?? {};
	const { speed, limit } = bucketOf(shape);
	return Number(wide ?? parms?.rate.rate) === speed && parms?.limit === limit;
}

/** Whether a link is slowed down as wanted. */
export const isSlowed = (kernel: Kernel, shape: Shape): boolean =>
	isAsWanted(readQueue(kernel, shape.index), shape);

/** Restore a token bucket that others have made. */
function again({ tcm_ifindex, tcm_parent, tcm_handle, TCA_STAB, ...rest }: Found): Action {
	const TCA_OPTIONS = rest.TCA_KIND === "tbf" ? (rest.TCA_OPTIONS ?? {}) : {};
	const value = {
		...{ tcm_ifindex, tcm_parent, tcm_handle },
		TCA_KIND: "tbf" as const,
		...(TCA_STAB && { TCA_STAB }),
		TCA_OPTIONS,
	};
	return via(request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, value));
}

/**
 * The steps that slow a link down as wanted, whatever is there now. `what` is the limit in words.
 * @throws ConflictError if somebody has put something else there
 */
export function slowDownAgain(
	kernel: Kernel,
	shape: Shape & { readonly link: string },
	what: string,
): Step[] {
	const found = readQueue(kernel, shape.index);
	if (found === undefined)
		return [
			{
				label: `limit ${what}`,
				phase: "configure",
				effect: "create",
				do: slowDown(shape),
				undo: [letRun(shape)],
			},
		];
	if (found.TCA_KIND !== "tbf")
		throw new ConflictError(`queue of ${shape.link}`, "one that is not ours", "ours", {
			hint: `remove it if nobody needs it: tc qdisc del dev ${shape.link} root; then up again`,
		});
	if (isAsWanted(found, shape)) return [];
	const label = `change the limit of ${what}`;
	return [{ label, phase: "configure", do: changeRate(shape), undo: [again(found)] }];
}
