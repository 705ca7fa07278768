import type { Link } from "../kernel/read.js";

/** The attributes of a link that are a number. */
type NumberAttribute = {
	[A in keyof Link & `IFLA_${string}`]-?: Link[A] extends number | undefined ? A : never;
}[keyof Link & `IFLA_${string}`];

type Attributes = { readonly [A in NumberAttribute]?: number | undefined };

/** A value for each, undefined where the spec names none. */
export type Values<Name extends string> = { readonly [N in Name]?: number | undefined };
/** The same with every name there. */
type AllValues<Name extends string> = { readonly [N in Name]: number | undefined };

/** What can be set of a kind of link while it exists. */
export class Settable<Name extends string> {
	readonly lines: readonly (readonly [name: Name, attribute: NumberAttribute, initial: number])[];
	/** What a new link has. */
	readonly initial: AllValues<Name>;

	/** A line each: by the word of the spec the attribute, and what a new link has. */
	constructor(lines: Readonly<Record<Name, readonly [NumberAttribute, initial: number]>>) {
		const names = Object.keys(lines) as Name[];
		this.lines = names.map((name) => [name, ...lines[name]]);
		this.initial = this.#values((_name, _attribute, initial) => initial);
	}

	/**
	 * A setting with the attributes that set these values too; undefined leaves what there is. They are put into the
	 * object that is given: V8 takes several times as long for a spread in the middle of a literal.
	 */
	add<S extends object>(setting: S, values: Values<Name>): S & Attributes {
		const attributes: { -readonly [A in keyof Attributes]: Attributes[A] } = setting;
		for (const [name, attribute] of this.lines) attributes[attribute] = values[name];
		return setting;
	}

	/** What a link has that was made with these values, whether the spec named them or not. */
	exact(made: Values<Name>): AllValues<Name> {
		return this.#values((name, _, initial) => made[name] ?? initial);
	}

	/** What to set when the spec changes: what it named before and does not name now becomes that of a new link. */
	next(made: Values<Name>, next: Values<Name>): AllValues<Name> {
		return this.#values(
			(name, _, initial) => next[name] ?? (made[name] === undefined ? undefined : initial),
		);
	}

	/** What a link has of what is about to be set, for the undo. What is left as it is needs none. */
	before(link: Link, wanted: Values<Name>): AllValues<Name> {
		return this.#values((name, attribute) =>
			wanted[name] === undefined ? undefined : link[attribute],
		);
	}

	#values(
		choose: (name: Name, attribute: NumberAttribute, initial: number) => number | undefined,
	): AllValues<Name> {
		const values: { [N in Name]?: number | undefined } = {};
		for (const [name, attribute, initial] of this.lines)
			values[name] = choose(name, attribute, initial);
		return values as AllValues<Name>;
	}
}
