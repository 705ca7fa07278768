import type { Kind, PlanContext, Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import { ifThere } from "../kernel/if-there.js";
import type { Kernel } from "../kernel/kernel.js";
import { readLinkNames } from "../kernel/read.js";
import { refuseElsewhere } from "./elsewhere.js";
import { markedLinks } from "./link.js";
import { noted } from "./mark.js";
import { isSettingPath } from "./setting-path.js";
import { isLine, isListOf, isMapOf } from "./shape.js";

/** A host-wide option below /proc/sys. */
export interface Option {
	readonly path: string;
	readonly value: string;
}
export interface MadeOption extends Option {
	readonly before: string;
	/** Other values that change when this one is written, and their values before. */
	readonly along: readonly (readonly [path: string, before: string])[];
}

/** Forwarding of IPv4 on all interfaces. */
export const IP_FORWARD = "net/ipv4/ip_forward";

/** Its present value, for a plan that may need it several times. @throws KernelError */
export const findIpForward = (context: PlanContext): string =>
	context.once(IP_FORWARD, () => context.kernel.readSysctl(IP_FORWARD));

/** The key of the resource for a host-wide option. */
export const optionKey = (path: string): string => `option:${path}`;

const write = (path: string, value: string, only?: string): Action => ({
	via: "sysctl",
	path,
	value,
	...(only !== undefined && { only }),
});

/**
 * The other paths that the kernel writes when this one is written: with ip_forward these are forwarding of every
 * interface, of "all" and of "default", and accept_redirects of "all" (inet_forward_change, net/ipv4/devinet.c).
 * Restoring ip_forward overwrites them again, and does not restore their old values.
 */
const alongWith = (path: string, kernel: Kernel): string[] =>
	path === IP_FORWARD
		? [
				"net/ipv4/conf/all/accept_redirects",
				...["default", ...readLinkNames(kernel)].map((link) => `net/ipv4/conf/${link}/forwarding`),
			]
		: [];

/** The value that the kernel gives to such a path when the option is set to `value`: a router accepts no redirects. */
const valueAlong = (path: string, value: string): string =>
	path.endsWith("/accept_redirects") ? `${1 - Number(value)}` : value;

/** The present values of everything that changes when this option is written and that still exists. */
const readAlong = (path: string, kernel: Kernel): MadeOption["along"] =>
	alongWith(path, kernel).flatMap((other) => {
		// The link may just be gone, because other processes delete theirs without the lock.
		const value = ifThere(() => kernel.readSysctl(other));
		return value === undefined ? [] : [[other, value] as const];
	});

const writeAll = (values: MadeOption["along"]): Action[] =>
	values.map(([path, value]) => write(path, value));

/** A host-wide option that is shared: it is set for its first user, and restored when the last one is gone. */
export const option: Kind<Option, MadeOption> = {
	kind: "option",
	resets: "forwarding",
	key: ({ path }) => optionKey(path),
	resolve(want, context) {
		const { kernel } = context;
		const before = kernel.readSysctl(want.path);
		if (want.path === IP_FORWARD && before === want.value)
			refuseElsewhere(want.path, "ip_forward=0", context);
		return { ...want, before, along: before === want.value ? [] : readAlong(want.path, kernel) };
	},
	create: (made) =>
		made.before === made.value
			? []
			: [
					{
						label: `set ${made.path} to ${made.value}`,
						phase: "option",
						do: write(made.path, made.value),
						undo: [write(made.path, made.before, made.value), ...writeAll(made.along)],
					},
				],
	remove: (made, { kernel }) =>
		// If others have set it since, it is theirs, and so are the values that changed with it.
		made.before === made.value || kernel.readSysctl(made.path) !== made.value
			? []
			: [
					{
						label: `set ${made.path} back to ${made.before}`,
						phase: "option",
						do: write(made.path, made.before, made.value),
						undo: [write(made.path, made.value)],
					},
					...made.along.map(
						([path, before]): Step => ({
							label: `set ${path} back to ${before}`,
							phase: "option",
							do: write(path, before),
							undo: [write(path, valueAlong(path, made.value))],
						}),
					),
				],
	isMade: isMapOf({
		path: isSettingPath,
		value: isLine,
		before: isLine,
		along: isListOf((one) => Array.isArray(one) && isSettingPath(one[0]) && isLine(one[1])),
	}),
	strays(made, look) {
		const { kernel } = look;
		const isNoted = markedLinks(look).some(({ notes }) => noted("ip_forward", notes) === "0");
		if (made.length > 0 || !isNoted || kernel.readSysctl(IP_FORWARD) !== "1") return [];
		const stray = { path: IP_FORWARD, value: "1", before: "0", along: [] };
		return [{ what: `${IP_FORWARD}, which was 0 before`, made: stray }];
	},
	drift(made, kernel) {
		const now = kernel.readSysctl(made.path);
		if (now === made.value) return [];
		const message = `${made.path} is ${now}, was set to ${made.value}`;
		const values = { wanted: made.value, found: now };
		return [{ object: `sysctl ${made.path}`, field: "value", ...values, message }];
	},
	change(made, next, kernel) {
		if (this.drift(next, kernel).length === 0) return [];
		const now = kernel.readSysctl(made.path);
		return [
			{
				label: `set ${next.path} to ${next.value}`,
				phase: "option",
				do: write(next.path, next.value),
				undo: [write(next.path, now), ...writeAll(readAlong(next.path, kernel))],
			},
		];
	},
};
