import type { Kind, Step, Stray } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { alreadyThere } from "./conflict.js";
import { absent } from "./difference.js";
import type { AnyElementSet, ElementSet, Types, Values } from "./element.js";
import { linksElsewhere } from "./link.js";
import type { Check } from "./shape.js";

/** One element of a set of ours, and a description of its effect: `tap0 a segment of guests`. */
export interface Membership {
	readonly words: string;
	/** Identifies it among all elements of all sets. */
	readonly id: string;
	readonly add: Action;
	readonly remove: Action;
	isThere(kernel: Kernel): boolean;
}

/** The membership of this key in a set. `comment` says to people whose element it is. */
export function member<const K extends Types>(
	set: ElementSet<K>,
	key: Values<K>,
	words: string,
	comment: string,
): Membership {
	const { add, remove } = set.actions({ key, comment });
	return {
		words,
		id: `${set.name}:${key.join(":")}`,
		add,
		remove,
		isThere: (kernel) => set.read(kernel, key) !== undefined,
	};
}

const addStep = ({ words, add, remove }: Membership): Step => ({
	label: `add ${words}`,
	phase: "filter",
	effect: "create",
	do: add,
	undo: [remove],
	conflict: alreadyThere(words, "nft list ruleset"),
});
const removeStep = ({ words, add, remove }: Membership): Step => ({
	label: `remove ${words}`,
	phase: "filter",
	effect: "delete",
	do: remove,
	undo: [add],
});

/** The definition of a kind whose objects are only elements of sets. */
export interface MembershipKind<Want> {
	readonly kind: string;
	key(want: Want): string;
	/** The elements of one object. Pure. */
	members(want: Want): readonly Membership[];
	/** What an object becomes if others want it as well. Without this method: what was wanted last. */
	reconcile?: Kind<Want, Want>["reconcile"];
	isMade: Check;
	/** What will not hold of it, as of Kind. */
	readonly warnings?: Kind<Want, Want>["warnings"];
	/** The sets in which only this kind has elements, and for each the object that an element may belong to. */
	readonly sets: readonly {
		readonly set: AnyElementSet;
		made(key: readonly unknown[]): Want;
	}[];
	/** Whether it decides which connections are accepted. */
	readonly governsFlows?: true;
	/**
	 * The link that an object is about, which tells whether it belongs to another state directory. What is about no link
	 * of a guest may be another directory's whenever that has any.
	 */
	linkOf?(made: Want): string;
}

/** A kind whose objects are elements of sets and never rules. */
export function membershipKind<Want>(of: MembershipKind<Want>): Kind<Want, Want> {
	const { members, reconcile } = of;
	return {
		kind: of.kind,
		key: of.key,
		...(of.governsFlows && { governsFlows: true }),
		resolve: (want) => want,
		...(reconcile !== undefined && { reconcile }),
		...(of.warnings !== undefined && { warnings: of.warnings }),
		create: (made) => members(made).map(addStep),
		remove: (made) => members(made).map(removeStep),
		drift: (made, kernel) =>
			members(made)
				.filter((one) => !one.isThere(kernel))
				.map(missing),
		isMade: of.isMade,
		strays(made, look) {
			const elsewhere = new Set(linksElsewhere(look).map(({ name }) => name));
			const known = new Set(made.flatMap(members).map(({ id }) => id));
			return of.sets.flatMap(({ set, made: madeFor }) =>
				set.strays(look.kernel, []).flatMap(({ what, key: found }): Stray<Want>[] => {
					const key = found as readonly unknown[] | undefined;
					if (key === undefined || known.has(`${set.name}:${key.join(":")}`)) return [];
					const stray = madeFor(key);
					const link = of.linkOf?.(stray);
					const isOthers = link === undefined ? elsewhere.size > 0 : elsewhere.has(link);
					return isOthers ? [] : [{ what, made: stray }];
				}),
			);
		},
		change(made, next, kernel) {
			const wanted = members(next);
			const ids = new Set(wanted.map(({ id }) => id));
			const gone = members(made).filter((one) => !ids.has(one.id) && one.isThere(kernel));
			const added = wanted.filter((one) => !one.isThere(kernel));
			return [...gone.map(removeStep), ...added.map(addStep)];
		},
	};
}

const missing = ({ words }: Membership): Difference => absent(words, `${words} is not in place`);
