import { families } from "../fact/family.js";

/**
 * A rule of a chain: one in the kernel, or one that the document adds, which is identified by a number within the
 * batch.
 */
export interface RuleRef {
	readonly NFTA_RULE_HANDLE?: bigint;
	readonly NFTA_RULE_ID?: number;
}
type Place = "before" | "after" | "instead";

/** The rules of one chain in order, as the commands so far leave them. It is needed to insert rules by index. */
class RuleOrder {
	readonly #read: () => readonly bigint[];
	#rules: RuleRef[] | undefined;
	constructor(read: () => readonly bigint[]) {
		this.#read = read;
	}
	get #list(): RuleRef[] {
		this.#rules ??= this.#read().map((handle) => ({ NFTA_RULE_HANDLE: handle }));
		return this.#rules;
	}
	at(index: number): RuleRef | undefined {
		return this.#list[index];
	}
	#find(handle: bigint): number {
		return this.#list.findIndex((rule) => rule.NFTA_RULE_HANDLE === handle);
	}
	withHandle(handle: bigint): RuleRef | undefined {
		return this.#list[this.#find(handle)];
	}
	/** Insert a rule beside another one. Without another one it is first if `before`, else last. */
	put(rule: RuleRef, place: Place, beside: RuleRef | undefined): void {
		const rules = this.#list;
		const found = beside === undefined ? -1 : rules.indexOf(beside);
		if (found < 0) rules.splice(place === "before" ? 0 : rules.length, 0, rule);
		else rules.splice(place === "after" ? found + 1 : found, place === "instead" ? 1 : 0, rule);
	}
	remove(handle: bigint): void {
		const at = this.#find(handle);
		if (at >= 0) this.#list.splice(at, 1);
	}
	clear(): void {
		this.#rules = [];
	}
}

export type { RuleOrder };

type Json = Readonly<Record<string, unknown>>;
const member = (json: unknown, key: string): unknown =>
	typeof json === "object" && json !== null && Object.hasOwn(json, key)
		? (json as Json)[key]
		: undefined;

interface Chain {
	readonly family: number;
	readonly table: string;
	readonly chain: string;
}

const keyOf = ({ family, table, chain }: Chain): string => JSON.stringify([family, table, chain]);

/** The order of rules in the chains into which a document inserts by index. */
export class RuleOrders {
	readonly #orders = new Map<string, { readonly of: Chain; readonly order: RuleOrder }>();
	#id = 0;

	constructor(document: unknown, read: (chain: Chain) => readonly bigint[]) {
		const commands = member(document, "nftables");
		for (const command of Array.isArray(commands) ? commands : []) {
			const of = chainOf(command);
			if (of !== undefined)
				this.#orders.set(keyOf(of), { of, order: new RuleOrder(() => read(of)) });
		}
	}
	of(chain: Chain): RuleOrder | undefined {
		return this.#orders.size === 0 ? undefined : this.#orders.get(keyOf(chain))?.order;
	}
	/** Note that the rules of a chain, of a table or of a family are flushed. */
	clear({ family = 0, table, chain }: Partial<Chain>): void {
		for (const { of, order } of this.#orders.values())
			if (
				(family === 0 || family === of.family) &&
				(table ?? of.table) === of.table &&
				(chain ?? of.chain) === of.chain
			)
				order.clear();
	}
	nextId(): number {
		return ++this.#id;
	}
}

/** The chain of a command that places a rule by index. Errors in the command are reported when it is compiled. */
function chainOf(command: unknown): Chain | undefined {
	const rule = member(member(command, "add") ?? member(command, "insert") ?? command, "rule");
	if (member(rule, "index") === undefined) return undefined;
	const [name, table, chain] = ["family", "table", "chain"].map((key) => member(rule, key));
	const family = typeof name === "string" ? member(families, name) : undefined;
	if (typeof family !== "number" || typeof table !== "string" || typeof chain !== "string")
		return undefined;
	return { family, table, chain };
}
