import type { Kind, Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { NFT_CONNLIMIT_F_INV } from "../uapi/nf_tables_const.js";
import { alreadyThere } from "./conflict.js";
import { absent } from "./difference.js";
import { ElementSet } from "./element.js";
import { linksElsewhere } from "./link.js";
import { TABLE } from "./mark.js";
import { bridgedConnections, connections as tapConnections } from "./ruleset/set/connections.js";
import { isLinkName, isMac, isMapOf, isOptional, isText, isWhole } from "./shape.js";

/** The greatest number of connections of a guest that the host tracks at once. */
export interface Connections {
	/** The interface on which its packets arrive: its tap, or its bridge. */
	readonly segment: string;
	/** The MAC address that distinguishes it from others on its bridge. */
	readonly mac?: string | undefined;
	readonly most: number;
	readonly tap: string;
}

const inet = { family: "inet", name: TABLE } as const;
const OF_TAPS = new ElementSet(inet, tapConnections.set);
const OF_BRIDGES = new ElementSet(inet, bridgedConnections.set);

const over = (most: number) =>
	({
		NFTA_EXPR_NAME: "connlimit",
		NFTA_EXPR_DATA: { NFTA_CONNLIMIT_COUNT: most, NFTA_CONNLIMIT_FLAGS: NFT_CONNLIMIT_F_INV },
	}) as const;

/** Putting the element in, and taking it out. */
function actions({ segment, mac, most, tap }: Connections): {
	readonly add: Action;
	readonly remove: Action;
} {
	const said = { comment: tap, expression: over(most) };
	return mac === undefined
		? OF_TAPS.actions({ key: [segment], ...said })
		: OF_BRIDGES.actions({ key: [segment, mac], ...said });
}

/** The limit in the kernel; undefined if there is none for this guest. */
function read(kernel: Kernel, { segment, mac }: Connections): number | undefined {
	const found =
		mac === undefined ? OF_TAPS.read(kernel, [segment]) : OF_BRIDGES.read(kernel, [segment, mac]);
	if (found?.expression?.NFTA_EXPR_NAME !== "connlimit") return undefined;
	return found.expression.NFTA_EXPR_DATA?.NFTA_CONNLIMIT_COUNT;
}

const words = ({ tap, most }: Connections): string => `connections of ${tap} to ${most}`;

function addStep(made: Connections): Step {
	const { add, remove } = actions(made);
	return {
		label: `limit ${words(made)}`,
		phase: "filter",
		effect: "create",
		do: add,
		undo: [remove],
		conflict: alreadyThere(`limit of ${words(made)}`, "nft list ruleset"),
	};
}
function removeStep(made: Connections): Step {
	const { add, remove } = actions(made);
	return {
		label: `limit ${words(made)} no more`,
		phase: "filter",
		effect: "delete",
		do: remove,
		undo: [add],
	};
}

/** A limit of connections: an element of a set, in which the kernel itself counts them. */
export const connections: Kind<Connections, Connections> = {
	kind: "connections",
	key: ({ tap }) => `connections:${tap}`,
	resolve: (want) => want,
	create: (made) => [addStep(made)],
	remove: (made) => [removeStep(made)],
	drift: (made, kernel) =>
		read(kernel, made) === made.most
			? []
			: [absent(`limit of ${words(made)}`, `the limit of ${words(made)} is not in place`)],
	change(made, next, kernel) {
		const most = read(kernel, made);
		const isSame = made.segment === next.segment && made.mac === next.mac && most === next.most;
		if (isSame) return [];
		return [...(most === undefined ? [] : [removeStep({ ...made, most })]), addStep(next)];
	},
	isMade: isMapOf({
		segment: isLinkName,
		mac: isOptional(isMac),
		most: isWhole(1, 0xffff_ffff),
		tap: isText,
	}),
	strays(made, look) {
		const others = new Set(linksElsewhere(look).map(({ name }) => name));
		const ofTaps = made
			.filter(({ mac }) => mac === undefined)
			.map(({ segment }) => [segment] as const);
		const ofBridges = made.flatMap(({ segment, mac }) =>
			mac === undefined ? [] : [[segment, mac] as const],
		);
		const stray = (segment = "", mac?: string): Connections => ({ segment, mac, most: 1, tap: "" });
		return [
			...OF_TAPS.strays(look.kernel, ofTaps).map(({ what, key }) => ({
				what,
				made: stray(key?.[0]),
			})),
			...OF_BRIDGES.strays(look.kernel, ofBridges).map(({ what, key }) => ({
				what,
				made: stray(key?.[0], key?.[1]),
			})),
		].filter(({ made: { segment } }) => !others.has(segment));
	},
};
