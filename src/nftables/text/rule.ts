import { localHost } from "../fact/host.js";
import { interfacesAtOnce } from "../fact/interfaces.js";
import { readElements } from "../listing/element.js";
import { printerFor } from "../listing/printer.js";
import { listStatements } from "../listing/rule.js";
import { readSet } from "../listing/set.js";
import type { Rule, Table } from "../machine/ruleset.js";
import type { ListedSet } from "../tree/listed.js";
import type { Printer } from "../tree/printer.js";
import { isAnonymous } from "../tree/set.js";
import { statementsText } from "./statement.js";

/** Writes rules as nft does, with the names that this host has for numbers. */
export class RuleWriter {
	readonly #printer: Printer = printerFor({ ...localHost(), ...interfacesAtOnce() });
	readonly #sets = new WeakMap<Table, Map<string, ListedSet>>();

	write(table: Table, rule: Rule): string {
		const find = (name: string): ListedSet | undefined => this.#setOf(table, name);
		return statementsText(listStatements(rule.expressions, table.family, find, this.#printer));
	}

	#setOf(table: Table, name: string): ListedSet | undefined {
		const known = this.#sets.get(table) ?? new Map<string, ListedSet>();
		this.#sets.set(table, known);
		const set = table.sets.get(name);
		if (set === undefined || known.has(name)) return known.get(name);
		const listed = readSet(table.family, set.attrs);
		// The elements of named sets are not part of the rule.
		if (isAnonymous(listed)) listed.elements = readElements(listed, set.index.all);
		known.set(name, listed);
		return listed;
	}
}
