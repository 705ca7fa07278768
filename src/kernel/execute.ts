import { type Request, request } from "../netlink/request.js";
import { RTM_NEWLINK } from "../uapi/if_link.js";
import { type Action, type ActionOf, runTogether, type Via } from "./action.js";
import type { Kernel } from "./kernel.js";
import { stillOurs, unlink } from "./unlink.js";

/** Why each of several actions failed; undefined for one that was done. */
export type Failures = readonly (Error | undefined)[];

/**
 * Run actions in order. Consecutive ones of the same type run together: one rtnetlink send, one nf_tables batch, one
 * group delete. It stops after the group in which one failed, so the result may be shorter than `actions`.
 */
export function execute(kernel: Kernel, actions: readonly Action[]): Failures {
	const failures: (Error | undefined)[] = [];
	for (const run of runs(actions)) {
		const ended = attempt(run, () => drive(kernel, run));
		for (const failure of ended) failures.push(failure);
		if (ended.some((error) => error !== undefined)) break;
	}
	return failures;
}

/** Groups of consecutive actions that run together. */
function runs(actions: readonly Action[]): Action[][] {
	const out: Action[][] = [];
	for (const action of actions) {
		const last = out.at(-1);
		if (last?.[0] !== undefined && runTogether(last[0], action)) last.push(action);
		else out.push([action]);
	}
	return out;
}

/** If a driver throws, it is unknown which of the actions failed, so all of them count as failed. */
function attempt(run: readonly Action[], drive: () => Failures): Failures {
	try {
		return drive();
	} catch (error) {
		if (error instanceof Error) return run.map(() => error);
		throw error;
	}
}

function drive(kernel: Kernel, run: readonly Action[]): Failures {
	const driver = DRIVERS[(run[0] as Action).via] as Driver<Action>;
	return driver(kernel, run);
}

/** Runs a group of actions. */
type Driver<A extends Action> = (kernel: Kernel, run: readonly A[]) => Failures;

const DRIVERS: { readonly [V in Via]: Driver<ActionOf<V>> } = {
	rtnetlink: driveRtnetlink,
	nftables: driveNftables,
	sysctl: inOrder(setValue),
	router: oneByOne((kernel, { add }) => kernel.addDefaultRouter(add)),
	tun: oneByOne((kernel, { create }) => kernel.createTap(create)),
	persist: oneByOne((kernel, { name }) => kernel.persistTap(name)),
	unlink: (kernel, run) =>
		unlink(
			kernel,
			run.map(({ link }) => link),
		),
};

/** Run each action on its own: the failure of one does not keep the next from being tried. */
function oneByOne<A extends Action>(act: (kernel: Kernel, action: A) => void): Driver<A> {
	return (kernel, run) =>
		run.map((action) => {
			try {
				act(kernel, action);
				return undefined;
			} catch (error) {
				if (error instanceof Error) return error;
				throw error;
			}
		});
}

/**
 * Run each action on its own until one fails, because a value may depend on the one before: forwarding of IPv6 makes the
 * kernel forget the routers of each link that was not told to keep them.
 */
function inOrder<A extends Action>(act: (kernel: Kernel, action: A) => void): Driver<A> {
	const one = oneByOne(act);
	return (kernel, run) => {
		const failures: (Error | undefined)[] = [];
		for (const action of run) {
			const [failure] = one(kernel, [action]);
			failures.push(failure);
			if (failure !== undefined) break;
		}
		return failures;
	};
}

/** A value that is already set is not written: the file may be read-only, and nothing has to be done. */
function setValue(kernel: Kernel, { path, value, only }: ActionOf<"sysctl">): void {
	const now = kernel.readSysctl(path);
	if (now !== value && (only === undefined || now === only)) kernel.writeSysctl(path, value);
}

/** One send for all actions, without those whose link is not `only` any more. */
function driveRtnetlink(kernel: Kernel, run: readonly ActionOf<"rtnetlink">[]): Failures {
	const stale = staleOnes(kernel, run);
	const live = stale.size === 0 ? run : run.filter((action) => !stale.has(action));
	const { requests, places } = merge(live.map((action) => action.request));
	const outcomes = kernel.rtnetlink(requests);
	const failures = live.map((_, i) => outcomes[places[i] as number]?.error);
	if (stale.size === 0) return failures;
	const failed = new Map(live.map((action, i) => [action, failures[i]]));
	return run.map((action) => failed.get(action));
}

/** The actions whose link is gone, or is another one by now. */
function staleOnes(kernel: Kernel, run: readonly ActionOf<"rtnetlink">[]): ReadonlySet<Action> {
	const guards = run.flatMap(({ only }) => only ?? []);
	if (guards.length === 0) return none;
	const still = new Set(stillOurs(kernel, guards));
	return new Set(run.filter(({ only }) => only !== undefined && !still.has(only)));
}
const none: ReadonlySet<Action> = new Set();

/**
 * Consecutive settings of one link become one message, because each message costs the kernel a lock and a notification.
 * `places` says which message each request is part of.
 */
export function merge(requests: readonly Request[]): {
	requests: readonly Request[];
	places: readonly number[];
} {
	const out: Request[] = [];
	const places = requests.map((one) => {
		const last = out.at(-1);
		if (last !== undefined && isSetting(last) && isSetting(one) && indexOf(last) === indexOf(one))
			out[out.length - 1] = request(RTM_NEWLINK, 0, combine(last.value, one.value) as object);
		else out.push(one);
		return out.length - 1;
	});
	return { requests: out, places };
}

const isSetting = ({ message, flags }: Request): boolean =>
	message.name === "RTM_NEWLINK" && flags === 0;
const indexOf = ({ value }: Request): number => (value as { ifi_index?: number }).ifi_index ?? 0;

/** Combine two settings into one: nests are merged, words of flags are or'ed. */
function combine(a: unknown, b: unknown): unknown {
	if (b === undefined) return a;
	if (!isPlain(a) || !isPlain(b)) return b;
	const out: Record<string, unknown> = Object.assign({}, a);
	for (const name in b)
		out[name] =
			name === "ifi_flags" || name === "ifi_change"
				? ((out[name] as number | undefined) ?? 0) | (b[name] as number)
				: combine(out[name], b[name]);
	return out;
}
const isPlain = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function driveNftables(kernel: Kernel, run: readonly ActionOf<"nftables">[]): Failures {
	const messages: Request[] = [];
	const owners: number[] = [];
	for (const [i, { batch }] of run.entries())
		for (const message of batch) {
			messages.push(message);
			owners.push(i);
		}
	const { refused } = kernel.nftables(messages);
	const failures: (Error | undefined)[] = run.map(() => undefined);
	for (const { at, error } of refused) failures[owners[at] as number] ??= error;
	return failures;
}
