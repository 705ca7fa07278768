import { type Kind, linkKey, type Step } from "../engine/kind.js";
import { absent } from "./difference.js";
import { isLinkIndex, isLinkName, isMapOf, isWhole } from "./shape.js";
import { isSlowed, letRun, slowDown, slowDownAgain } from "./shaper.js";

/** How fast a guest receives. */
export interface Download {
	readonly link: string;
	/** Bits per second. */
	readonly rate: number;
	/** The largest packet of its tap. */
	readonly mtu: number;
}
export interface MadeDownload extends Download {
	readonly index: number;
}

const words = ({ link, rate }: Download): string => `what ${link} receives to ${rate} bit/s`;

const limitStep = (made: MadeDownload): Step => ({
	label: `limit ${words(made)}`,
	phase: "configure",
	effect: "create",
	do: slowDown(made),
	undo: [letRun(made)],
	conflict: {
		subject: `queue of ${made.link}`,
		found: "one that is not ours",
		wanted: "ours",
		hint: `remove it if nobody needs it: tc qdisc del dev ${made.link} root`,
	},
});

/** A token bucket on the tap: the host sends to the guest by it. */
export const download: Kind<Download, MadeDownload> = {
	kind: "download",
	key: ({ link }) => `download:${link}`,
	resolve: (want, context) => ({ index: context.indexOf(want.link), ...want }),
	reconcile: (made, want, context) => ({
		...made,
		...want,
		index: context.indexOf(want.link),
	}),
	create: (made) => [limitStep(made)],
	remove: (made) => [
		{
			label: `limit ${words(made)} no more`,
			phase: "configure",
			effect: "delete",
			do: letRun(made),
			undo: [slowDown(made)],
		},
	],
	drift: (made, kernel) =>
		isSlowed(kernel, made)
			? []
			: [absent(`limit of ${words(made)}`, `the limit of ${words(made)} is not in place`)],
	change: (_made, next, kernel) => slowDownAgain(kernel, next, words(next)),
	isMade: isMapOf({
		link: isLinkName,
		index: isLinkIndex,
		rate: isWhole(1, Number.MAX_SAFE_INTEGER),
		mtu: isWhole(0, 0xffff_ffff),
	}),
	parentKey: ({ link }) => linkKey(link),
};
