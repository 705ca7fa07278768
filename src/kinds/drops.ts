import type { Kind, Step } from "../engine/kind.js";
import type { Count } from "../engine/report.js";
import { ElementSet } from "./element.js";
import { TABLE } from "./mark.js";
import { REASONS } from "./ruleset/guard/reason.js";
import { drops as declaration } from "./ruleset/set/drops.js";
import { isLinkName, isListOf, isMapOf } from "./shape.js";

type Family = "inet" | "bridge" | "arp";

/** What is dropped of what comes by a link: counted by elements that packets make. */
export interface Drops {
	readonly link: string;
	/** The families of the tables that drop it. */
	readonly families: readonly Family[];
}

const setOf = (family: Family) => new ElementSet({ family, name: TABLE }, declaration.set);
const SETS: Readonly<Record<Family, ReturnType<typeof setOf>>> = {
	inet: setOf("inet"),
	bridge: setOf("bridge"),
	arp: setOf("arp"),
};
const isFamily = (family: unknown): boolean => Object.hasOwn(SETS, family as string);

const forget = (link: string, families: readonly Family[]): Step => ({
	label: `forget what was dropped of ${link}`,
	phase: "filter",
	do: {
		via: "nftables",
		batch: families.flatMap((family) =>
			SETS[family].destroy(REASONS[family].map((reason) => ({ key: [link, reason] as const }))),
		),
	},
	undo: [],
});

/** Counters that nobody makes, but somebody must take away: the next guest of that tap begins with none. */
export const drops: Kind<Drops, Drops> = {
	kind: "drops",
	key: ({ link }) => `drops:${link}`,
	resolve: (want) => want,
	create: () => [],
	remove: ({ link, families }) => [forget(link, families)],
	drift: () => [],
	drops({ link, families }, kernel, once) {
		const found: Record<string, Count> = {};
		for (const family of families) {
			const all = once(`drops ${family}`, () => SETS[family].counts(kernel));
			for (const { key, count } of all) {
				const [from, reason] = key;
				const known = found[reason] ?? { packets: 0, bytes: 0 };
				if (from === link)
					found[reason] = {
						packets: known.packets + count.packets,
						bytes: known.bytes + count.bytes,
					};
			}
		}
		return found;
	},
	isMade: isMapOf({ link: isLinkName, families: isListOf(isFamily) }),
	change(made, next) {
		const others = made.families.filter((family) => !next.families.includes(family));
		return others.length === 0 ? [] : [forget(made.link, others)];
	},
};
