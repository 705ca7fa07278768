import { ConflictError } from "../engine/error.js";
import type { Kind } from "../engine/kind.js";
import { isMapOf, isText, isWhole } from "./shape.js";

/** A link group that stands for a network. */
export interface NetworkNumber {
	readonly network: string;
	readonly group: number;
}

/**
 * Makes sure that no other network has the same group, because the two would not be isolated from each other. It has no
 * object in the kernel.
 */
export const networkNumber: Kind<NetworkNumber, NetworkNumber> = {
	kind: "network",
	key: ({ group }) => `network:${group}`,
	resolve: (want) => want,
	create: () => [],
	remove: () => [],
	drift: () => [],
	change: () => [],
	reconcile(made, want, context) {
		const [other] = context.others(`network:${want.group}`);
		if (made.network !== want.network && other !== undefined)
			throw new ConflictError(
				`link group ${want.group}`,
				`network ${made.network}'s, with ${other} in it`,
				`network ${want.network}'s`,
				{ hint: "both names have the same group number: choose another name for the network" },
			);
		return want;
	},
	isMade: isMapOf({ network: isText, group: isWhole(0, 0xffff_ffff) }),
};
