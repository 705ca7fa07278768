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

/** How what leaves by a link is slowed down: a token bucket in the place of its queue, tc-tbf(8). */
export interface Shape {
	/** The index of the link. */
	readonly index: number;
	/** Bits per second. */
	readonly rate: number;
	/** The largest packet of the link. */
	readonly mtu: number;
}

/** The root queueing discipline of a link has the first handle that there is: 1:. */
const HANDLE = 0x1_0000;
/** The kernel counts the Ethernet header with a frame (ETH_HLEN); people count what their packets carry. */
const HEADER = 14;
/** What passes at once after a pause, as the time it takes: far less than what anybody measures, and more than a timer is late. */
const BURST_SECONDS = 0.015;
const MOST_BURST = 4 << 20;
/** How long a packet waits at most: what comes then is dropped, and its sender slows down. */
const WAIT_SECONDS = 0.05;
/** A window of a slow link, without which no sender keeps it full. */
const LEAST_FRAMES = 16;

const MAX_U32 = 0xffff_ffff;

/** What the bucket is made of, in bytes and bytes per second. */
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
				// A rate that has not room in 32 bits stands behind.
				rate: { linklayer: TC_LINKLAYER_ETHERNET, rate: Math.min(speed, MAX_U32) },
				limit,
			},
			TCA_TBF_RATE64: speed > MAX_U32 ? BigInt(speed) : undefined,
			TCA_TBF_BURST: burst,
		},
	});
}

const via = (one: Request): Action => ({ via: "rtnetlink", request: one });

/** Slowing down what leaves by a link that nobody has slowed down, and doing so no more. */
export const slowDown = (shape: Shape): Action => via(put(shape, NLM_F_CREATE | NLM_F_EXCL));
const changeRate = (shape: Shape): Action => via(put(shape, NLM_F_CREATE | NLM_F_REPLACE));
export const letRun = ({ index }: Pick<Shape, "index">): Action =>
	via(request(RTM_DELQDISC, 0, { tcm_ifindex: index, tcm_parent: TC_H_ROOT, tcm_handle: HANDLE }));

type Found = ReturnType<typeof RTM_NEWQDISC.decode>;

/** What somebody has put in the place of the queue; undefined where it is as the link was made, or there is no link. */
function readQueue(kernel: Kernel, index: number): Found | undefined {
	const [outcome] = kernel.rtnetlink([
		request(RTM_GETQDISC, NLM_F_ECHO, { tcm_ifindex: index, tcm_parent: TC_H_ROOT }),
	]);
	if (outcome?.errno !== undefined && !ABSENT.has(outcome.errno)) throw outcome.error;
	const found = outcome?.replies[0]?.value as Found | undefined;
	// What the kernel chose itself has no handle.
	return found?.tcm_handle === 0 ? undefined : found;
}
const ABSENT = new Set(["ENOENT", "ENODEV"]);

function isAsWanted(found: Found | undefined, shape: Shape): boolean {
	if (found?.TCA_KIND !== "tbf") return false;
	const { TCA_TBF_PARMS: parms, TCA_TBF_RATE64: wide } = found.TCA_OPTIONS ?? {};
	const { speed, limit } = bucketOf(shape);
	return Number(wide ?? parms?.rate.rate) === speed && parms?.limit === limit;
}

/** Whether a link is slowed down as it shall be. */
export const isSlowed = (kernel: Kernel, shape: Shape): boolean =>
	isAsWanted(readQueue(kernel, shape.index), shape);

/** A token bucket as others made it, put there again. */
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
 * The steps that slow a link down as it shall be, whatever is there now. `what`: which limit it is, in words.
 * @throws ConflictError where somebody has put something else there
 */
export function slowDownAgain(
	kernel: Kernel,
	shape: Shape & { readonly link: string },
	label: string,
): Step[] {
	const found = readQueue(kernel, shape.index);
	if (found === undefined)
		return [
			{ label, phase: "configure", effect: "create", do: slowDown(shape), undo: [letRun(shape)] },
		];
	if (found.TCA_KIND !== "tbf")
		throw new ConflictError(`queue of ${shape.link}`, "one that is not ours", "ours", {
			hint: `remove it if nobody needs it: tc qdisc del dev ${shape.link} root; then up again`,
		});
	if (isAsWanted(found, shape)) return [];
	return [{ label, phase: "configure", do: changeRate(shape), undo: [again(found)] }];
}
