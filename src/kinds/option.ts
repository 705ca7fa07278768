import type { Kind } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import { readLinkNames } from "../kernel/read.js";

/** A host-wide option below /proc/sys. */
export interface Option {
	readonly path: string;
	readonly value: string;
}
export interface MadeOption extends Option {
	readonly before: string;
	/** Other values that writing this one changes, and what they were. */
	readonly along: readonly (readonly [path: string, before: string])[];
}

const write = (path: string, value: string, only?: string): Action => ({
	via: "sysctl",
	path,
	value,
	...(only !== undefined && { only }),
});

/**
 * Writing ip_forward writes forwarding of every interface, of "all" and "default", and accept_redirects of
 * "all" (net/ipv4/devinet.c inet_forward_change), and writing it back does not bring those back.
 */
const alongWith = (path: string, links: readonly string[]): string[] =>
	path === "net/ipv4/ip_forward"
		? [
				"net/ipv4/conf/all/accept_redirects",
				...["default", ...links].map((link) => `net/ipv4/conf/${link}/forwarding`),
			]
		: [];

const back = (made: MadeOption): Action[] => [
	write(made.path, made.before, made.value),
	...made.along.map(([path, before]) => write(path, before)),
];

/** A global knob, kept in escrow: set for its first user, set back when the last one has gone. */
export const option: Kind<Option, MadeOption> = {
	kind: "option",
	key: ({ path }) => `option:${path}`,
	resolve(want, { kernel }) {
		const before = kernel.readSysctl(want.path);
		const paths = before === want.value ? [] : alongWith(want.path, readLinkNames(kernel));
		return {
			...want,
			before,
			along: paths.map((path) => [path, kernel.readSysctl(path)] as const),
		};
	},
	create: (made) =>
		made.before === made.value
			? []
			: [
					{
						label: `set ${made.path} to ${made.value}`,
						phase: "option",
						do: write(made.path, made.value),
						undo: back(made),
					},
				],
	remove: (made) =>
		made.before === made.value
			? []
			: back(made).map((action, i) => ({
					label: i === 0 ? `set ${made.path} back to ${made.before}` : `set back what it changed`,
					phase: "option",
					do: action,
					undo: i === 0 ? [write(made.path, made.value)] : [],
				})),
	drift(made, kernel) {
		const now = kernel.readSysctl(made.path);
		return now === made.value ? [] : [`${made.path} is ${now}, was set to ${made.value}`];
	},
	change(made, next, kernel) {
		if (this.drift(next, kernel).length === 0) return [];
		const now = kernel.readSysctl(made.path);
		return [
			{
				label: `set ${next.path} to ${next.value}`,
				phase: "option",
				do: write(next.path, next.value),
				undo: [write(next.path, now)],
			},
		];
	},
};
