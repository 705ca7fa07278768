import type { Link } from "../kernel/read.js";

/** The attributes of a link that are numbers. */
type NumberAttribute = {
	[A in keyof Link & `IFLA_${string}`]-?: Link[A] extends number | undefined ? A : never;
}[keyof Link & `IFLA_${string}`];

type Attributes = { readonly [A in NumberAttribute]?: number | undefined };

/** A value for each setting, undefined if the spec has none. */
export type Values<Name extends string> = { readonly [N in Name]?: number | undefined };
/** The same with a value for every name. */
type AllValues<Name extends string> = { readonly [N in Name]: number | undefined };

/** The settings of a kind of link that can be changed while it exists. */
export class Settable<Name extends string> {
	readonly lines: readonly (readonly [name: Name, attribute: NumberAttribute, initial: number])[];
	/** The values of a new link. */
	readonly initial: AllValues<Name>;

	/** One line for each setting: its word in the spec, the attribute, and the value of a new link. */
	constructor(lines: Readonly<Record<Name, readonly [NumberAttribute, initial: number]>>) {
		const names = Object.keys(lines) as Name[];
		this.lines = names.map((name) => [name, ...lines[name]]);
		this.initial = this.#values((_name, _attribute, initial) => initial);
	}

	/**
	 * Add the attributes for these values to a message; undefined leaves a setting as it is. They are added to the given
	 * object, because V8 is several times slower with a spread in the middle of a literal.
	 */
	add<S extends object>(setting: S, values: Values<Name>): S & Attributes {
		const attributes: { -readonly [A in keyof Attributes]: Attributes[A] } = setting;
		for (const [name, attribute] of this.lines) attributes[attribute] = values[name];
		return setting;
	}

	/** The values that a link made with these has, whether the spec contains them or not. */
	exact(made: Values<Name>): AllValues<Name> {
		return this.#values((name, _, initial) => made[name] ?? initial);
	}

	/** The values to set when the spec changes: a setting that it no longer contains gets the value of a new link. */
	next(made: Values<Name>, next: Values<Name>): AllValues<Name> {
		return this.#values(
			(name, _, initial) => next[name] ?? (made[name] === undefined ? undefined : initial),
		);
	}

	/** The present values of what is about to be set, for the undo. What does not change needs none. */
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
