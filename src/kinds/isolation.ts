import type { Kind } from "../engine/kind.js";
import { alreadyThere } from "./conflict.js";
import { absent } from "./difference.js";
import { ElementSet } from "./element.js";
import { linksElsewhere } from "./link.js";
import { TABLE } from "./mark.js";
import { isolated } from "./ruleset/set/isolated.js";
import { isLinkName, isMapOf } from "./shape.js";

/** Segments between which nothing of guests passes by way of the host. */
export interface Isolation {
	readonly from: string;
	readonly to: string;
}

const ISOLATED = new ElementSet({ family: "inet", name: TABLE }, isolated.set);

const elements = ({ from, to }: Isolation) => [{ key: [from, to] as const }];
const words = ({ from, to }: Isolation): string =>
	from === to ? `isolation within ${from}` : `isolation of ${from} from ${to}`;

/** The way by the host that is closed to guests who are kept from each other: one element. */
export const isolation: Kind<Isolation, Isolation> = {
	kind: "isolation",
	key: ({ from, to }) => `isolation:${from}:${to}`,
	resolve: (want) => want,
	create: (made) => [
		{
			label: `add ${words(made)}`,
			phase: "filter",
			effect: "create",
			do: { via: "nftables", batch: [ISOLATED.add(elements(made))] },
			undo: [{ via: "nftables", batch: ISOLATED.destroy(elements(made)) }],
			conflict: alreadyThere(words(made), "nft list ruleset"),
		},
	],
	remove: (made) => [
		{
			label: `remove ${words(made)}`,
			phase: "filter",
			effect: "delete",
			do: { via: "nftables", batch: ISOLATED.destroy(elements(made)) },
			undo: [{ via: "nftables", batch: [ISOLATED.add(elements(made))] }],
		},
	],
	drift: (made, kernel) =>
		ISOLATED.read(kernel, [made.from, made.to]) === undefined
			? [absent(words(made), `${words(made)} is not in place`)]
			: [],
	isMade: isMapOf({ from: isLinkName, to: isLinkName }),
	strays(made, look) {
		const others = new Set(linksElsewhere(look).map(({ name }) => name));
		const known = made.map(({ from, to }) => [from, to] as const);
		return ISOLATED.strays(look.kernel, known).flatMap(({ what, key: [from, to] = ["", ""] }) =>
			others.has(from) ? [] : [{ what, made: { from, to } }],
		);
	},
	change(made, next, kernel) {
		return this.drift(made, kernel).length === 0 ? [] : this.create(next);
	},
};
