import { Reader } from "../../netlink/bytes.js";
import type { Notification } from "../../netlink/listener.js";
import type { Message, Out } from "../../netlink/schema.js";
import { NLM_F_APPEND } from "../../uapi/netlink.js";
import * as nft from "../../uapi/nf_tables.js";
import { NFT_SET_ELEM_INTERVAL_END } from "../../uapi/nf_tables_const.js";
import { printItem } from "../expression/set.js";
import type { Host } from "../fact/host.js";
import { familyName } from "../fact/name.js";
import { fromBytes } from "../fact/value.js";
import { bounds } from "../tree/interval.js";
import type { ListedSet } from "../tree/listed.js";
import type { Item } from "../tree/node.js";
import type { Printer } from "../tree/printer.js";
import { elementOf, hasEndElements, isAnonymous } from "../tree/set.js";
import { readElements } from "./element.js";
import { printObject } from "./object.js";
import { printerFor } from "./printer.js";
import { ruleLister } from "./rule.js";
import {
	type Listing,
	printChain,
	printFlowtable,
	printRule,
	printTable,
	type RuleAttrs,
} from "./ruleset.js";
import { commandOf, printSet, readSet } from "./set.js";

/** A change of the ruleset, as a command that would make it. */
export type RulesetEvent =
	| { readonly add: Listing }
	| { readonly insert: Listing }
	| { readonly delete: Listing };
type Change = "add" | "insert" | "delete";
type ElementAttrs = Out<typeof nft.setElemAttrs>;
type ElementsAttrs = Out<typeof nft.setElemListAttrs> & { readonly nfgen_family?: number };

/** Elements of one set, which are held back until all messages about them have arrived. */
interface Pending {
	readonly change: Change;
	readonly set: ListedSet;
	readonly elements: ElementAttrs[];
}
const tableKey = (family: number, table: string | undefined): string => `${family} ${table}`;
const event = (change: Change, object: unknown): RulesetEvent =>
	({ [change]: object }) as unknown as RulesetEvent;

/** Reads the kernel's notification of each change, and remembers the sets that rules and elements refer to. */
export class EventReader {
	readonly #printer: Printer;
	readonly #tables = new Map<string, Map<string, ListedSet>>();
	readonly #handlers = this.#allHandlers();
	#pending: Pending | undefined;
	/** Sets deleted in this transaction. The deletion of rules that used them may be reported later. */
	#deleted: ListedSet[] = [];

	constructor(host: Host, sets: readonly ListedSet[]) {
		this.#printer = printerFor(host);
		for (const set of sets) this.#remember(set);
	}

	read({ bytes, frame }: Notification): RulesetEvent[] {
		const handle = this.#handlers.get(frame.type);
		if (handle === undefined) return [];
		return handle(new Reader(bytes, frame.start, frame.end), frame.flags);
	}

	#allHandlers(): ReadonlyMap<number, (reader: Reader, flags: number) => RulesetEvent[]> {
		const handlers = new Map<number, (reader: Reader, flags: number) => RulesetEvent[]>();
		const on = <O extends { readonly nfgen_family?: number }>(
			message: Message<O, never>,
			print: (attrs: O, family: number, flags: number) => RulesetEvent[],
		): void => {
			handlers.set(message.type, (reader, flags) => {
				const attrs = message.read(reader);
				return [...this.#flush(), ...print(attrs, attrs.nfgen_family ?? 0, flags)];
			});
		};
		const elements =
			(change: Change) =>
			(reader: Reader): RulesetEvent[] =>
				this.#elements(change, nft.NFT_MSG_NEWSETELEM.read(reader));
		handlers.set(nft.NFT_MSG_NEWSETELEM.type, elements("add"));
		handlers.set(nft.NFT_MSG_DELSETELEM.type, elements("delete"));
		on(nft.NFT_MSG_NEWTABLE, (a, family) => [event("add", { table: printTable(family, a) })]);
		on(nft.NFT_MSG_DELTABLE, (a, family) => {
			this.#tables.delete(tableKey(family, a.NFTA_TABLE_NAME));
			return [event("delete", { table: printTable(family, a) })];
		});
		on(nft.NFT_MSG_NEWCHAIN, (a, family) => [event("add", { chain: printChain(family, a) })]);
		on(nft.NFT_MSG_DELCHAIN, (a, family) => [event("delete", { chain: printChain(family, a) })]);
		const rule = (change: Change, attrs: RuleAttrs, family: number) => {
			const sets = this.#tables.get(tableKey(family, attrs.NFTA_RULE_TABLE));
			const lister = ruleLister(family, (name) => sets?.get(name), this.#printer);
			return [event(change, { rule: printRule(family, attrs, lister) })];
		};
		on(nft.NFT_MSG_NEWRULE_RAW, (attrs, family, flags) =>
			rule((flags & NLM_F_APPEND) === 0 ? "insert" : "add", attrs, family),
		);
		on(nft.NFT_MSG_DELRULE_RAW, (attrs, family) => rule("delete", attrs, family));
		on(nft.NFT_MSG_NEWSET, (attrs, family) => {
			const set = readSet(family, attrs);
			this.#remember(set);
			return isAnonymous(set)
				? []
				: [event("add", { [commandOf(set)]: printSet(set, this.#printer) })];
		});
		on(nft.NFT_MSG_DELSET, (attrs, family) => this.#deleteSet(attrs, family));
		on(nft.NFT_MSG_NEWOBJ, (attrs, family) => [
			event("add", printObject(family, attrs, this.#printer)),
		]);
		on(nft.NFT_MSG_DELOBJ, (attrs, family) => [
			event("delete", printObject(family, attrs, this.#printer)),
		]);
		on(nft.NFT_MSG_NEWFLOWTABLE, (attrs, family) => [
			event("add", { flowtable: printFlowtable(family, attrs) }),
		]);
		on(nft.NFT_MSG_DELFLOWTABLE, (attrs, family) => [
			event("delete", { flowtable: printFlowtable(family, attrs) }),
		]);
		// NFT_MSG_NEWGEN ends a transaction.
		on(nft.NFT_MSG_NEWGEN, () => {
			for (const set of this.#deleted) this.#forget(set);
			this.#deleted = [];
			return [];
		});
		return handlers;
	}

	#setsOf({ family, table }: ListedSet): Map<string, ListedSet> {
		const key = tableKey(family, table);
		const sets = this.#tables.get(key) ?? new Map<string, ListedSet>();
		this.#tables.set(key, sets);
		return sets;
	}
	#remember(set: ListedSet): void {
		this.#setsOf(set).set(set.name, set);
	}
	/** Forget a set, unless another set has its name by now. */
	#forget(set: ListedSet): void {
		const sets = this.#setsOf(set);
		if (sets.get(set.name) === set) sets.delete(set.name);
	}

	#deleteSet(attrs: Out<typeof nft.setAttrs>, family: number): RulesetEvent[] {
		const { NFTA_SET_NAME: name = "", NFTA_SET_TABLE: table = "", NFTA_SET_HANDLE: handle } = attrs;
		const set = this.#tables.get(tableKey(family, table))?.get(name);
		if (set !== undefined) this.#deleted.push(set);
		if (set !== undefined && isAnonymous(set)) return [];
		// When a set is deleted, the kernel sends only its name.
		const body = {
			family: familyName(family),
			name,
			table,
			...(handle !== undefined && { handle: Number(handle) }),
		};
		return [event("delete", { [set === undefined ? "set" : commandOf(set)]: body })];
	}

	#elements(change: Change, attrs: ElementsAttrs): RulesetEvent[] {
		const sets = this.#tables.get(
			tableKey(attrs.nfgen_family ?? 0, attrs.NFTA_SET_ELEM_LIST_TABLE),
		);
		const set = sets?.get(attrs.NFTA_SET_ELEM_LIST_SET ?? "");
		if (set === undefined) return this.#flush();
		const elements = attrs.NFTA_SET_ELEM_LIST_ELEMENTS ?? [];
		const last = this.#pending;
		if (last !== undefined && last.set === set && last.change === change) {
			last.elements.push(...elements);
			return [];
		}
		const before = this.#flush();
		this.#pending = { change, set, elements: [...elements] };
		// An interval is two elements, each in a message of its own, and elements of anonymous sets are reported together
		// with the rule. All other elements are reported at once.
		return hasEndElements(set) || isAnonymous(set) ? before : [...before, ...this.#flush()];
	}

	#flush(): RulesetEvent[] {
		if (this.#pending === undefined) return [];
		const { change, set, elements } = this.#pending;
		this.#pending = undefined;
		const literal = readElements(set, elements);
		if (isAnonymous(set)) {
			set.elements = literal;
			return [];
		}
		const { name, table } = set;
		const family = familyName(set.family);
		const items = hasEndElements(set) ? asTold(literal.items, elements) : literal.items;
		return items.map((item) => {
			const elem = { set: [printItem(item, this.#printer)] };
			return event(change, { element: { family, table, name, elem } });
		});
	}
}

/** Intervals in the order in which the kernel reported their starts, and not in the order of a listing. */
function asTold(items: readonly Item[], elements: readonly ElementAttrs[]): readonly Item[] {
	const order = new Map(
		elements
			.filter(({ NFTA_SET_ELEM_FLAGS: flags = 0 }) => (flags & NFT_SET_ELEM_INTERVAL_END) === 0)
			.map(({ NFTA_SET_ELEM_KEY: key }, i) => [
				fromBytes(key?.NFTA_DATA_VALUE ?? new Uint8Array(), "big"),
				i,
			]),
	);
	const at = (item: Item): number => {
		const { key } = elementOf(item);
		return key.kind === "catchall" ? elements.length : (order.get(bounds(key)[0]) ?? 0);
	};
	return items.toSorted((a, b) => at(a) - at(b));
}
