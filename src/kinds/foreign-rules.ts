import { ifThere } from "../kernel/if-there.js";
import type { Kernel } from "../kernel/kernel.js";
import { toBytes } from "../nftables/fact/value.js";
import { KernelError } from "../sys/error.js";
import { IFNAMSIZ } from "../uapi/if.js";
import { NFPROTO_ARP, NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6 } from "../uapi/netfilter.js";
import {
	NFT_MSG_GETRULE,
	NFT_MSG_GETSETELEM,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSETELEM,
} from "../uapi/nf_tables.js";
import * as nft from "../uapi/nf_tables_const.js";
import { TABLE } from "./mark.js";

/** A chain of others with rules that match a link, by its name or its index. */
export interface NamingChain {
	readonly family: "ip" | "ip6" | "inet" | "arp";
	readonly table: string;
	readonly chain: string;
	/** The number of such rules. */
	readonly rules: number;
}
/** A link, in the ways in which rules refer to it. */
export interface NamedLink {
	readonly name: string;
	readonly index: number;
}

/**
 * The families that see packets of a bridge as packets of the bridge. `bridge` and `netdev` see them as packets of the
 * port.
 */
const FAMILIES: Readonly<Record<number, NamingChain["family"]>> = {
	[NFPROTO_IPV4]: "ip",
	[NFPROTO_IPV6]: "ip6",
	[NFPROTO_INET]: "inet",
	[NFPROTO_ARP]: "arp",
};
type Rule = ReturnType<typeof NFT_MSG_NEWRULE.decode>;
type Element = NonNullable<
	ReturnType<typeof NFT_MSG_NEWSETELEM.decode>["NFTA_SET_ELEM_LIST_ELEMENTS"]
>[number];
type Bytes = Uint8Array;
type Rules = Pick<Kernel, "readNftables">;

/**
 * The chains with rules that match a link of the host. This reads the whole ruleset, so it is for what happens once on
 * a host and not for each guest.
 * @throws OverrunError
 */
export function chainsNaming(link: NamedLink, kernel: Rules): NamingChain[] {
	const chains = new Map<string, NamingChain>();
	for (const rule of rulesOfOthers(kernel)) {
		const family = FAMILIES[rule.nfgen_family ?? 0];
		if (family === undefined || !new Asking(rule, link, kernel).asks()) continue;
		const { NFTA_RULE_TABLE: table = "", NFTA_RULE_CHAIN: chain = "" } = rule;
		const key = `${family} ${table} ${chain}`;
		chains.set(key, { family, table, chain, rules: (chains.get(key)?.rules ?? 0) + 1 });
	}
	return [...chains.values()];
}

function rulesOfOthers(kernel: Rules): readonly Rule[] {
	try {
		return kernel
			.readNftables(NFT_MSG_GETRULE, NFT_MSG_NEWRULE, {}, true)
			.filter(({ NFTA_RULE_TABLE: table }) => table !== TABLE);
	} catch (error) {
		// A kernel without nf_tables has no rules. Any other refusal is ignored as well, because this is only for a
		// warning.
		if (error instanceof KernelError) return [];
		throw error;
	}
}

/** NFT_REG_1 to NFT_REG_4 are four registers of 32 bits each. */
const WORD = nft.NFT_REG32_SIZE;
const wordOf = (register: number): number =>
	register <= nft.NFT_REG_4
		? ((register - nft.NFT_REG_1) * nft.NFT_REG_SIZE) / WORD
		: register - nft.NFT_REG32_00;
const BY_NAME: readonly number[] = [nft.NFT_META_IIFNAME, nft.NFT_META_OIFNAME];
const BY_INDEX: readonly number[] = [nft.NFT_META_IIF, nft.NFT_META_OIF];

/** Reads which interfaces a rule matches. */
class Asking {
	readonly #rule: Rule;
	readonly #name: Bytes;
	readonly #index: Bytes;
	readonly #kernel: Rules;
	/** For each register that an interface was loaded into, the value that it has for our link. */
	readonly #held = new Map<number, Bytes>();

	constructor(rule: Rule, { name, index }: NamedLink, kernel: Rules) {
		this.#rule = rule;
		this.#name = new Uint8Array(IFNAMSIZ);
		this.#name.set(Buffer.from(name));
		this.#index = toBytes(BigInt(index), "host", WORD);
		this.#kernel = kernel;
	}

	asks(): boolean {
		return (this.#rule.NFTA_RULE_EXPRESSIONS ?? []).some((expression) => {
			if (expression.NFTA_EXPR_NAME === "cmp") {
				const { NFTA_CMP_SREG: from, NFTA_CMP_DATA: to } = expression.NFTA_EXPR_DATA ?? {};
				return this.#isHeld(from, to?.NFTA_DATA_VALUE);
			}
			if (expression.NFTA_EXPR_NAME === "objref") {
				const { NFTA_OBJREF_SET_SREG: from, NFTA_OBJREF_SET_NAME: set } =
					expression.NFTA_EXPR_DATA ?? {};
				return this.#isIn(from, set);
			}
			if (expression.NFTA_EXPR_NAME === "lookup") {
				const { NFTA_LOOKUP_SREG: from, NFTA_LOOKUP_SET: set } = expression.NFTA_EXPR_DATA ?? {};
				if (this.#isIn(from, set)) return true;
			}
			this.#load(expression.NFTA_EXPR_NAME, expression.NFTA_EXPR_DATA ?? {});
			return false;
		});
	}

	#load(name: string | undefined, data: object): void {
		// All expressions use this name for the register that they write to.
		const entry = Object.entries(data).find(([attribute]) => attribute.endsWith("_DREG"));
		if (typeof entry?.[1] !== "number") return;
		const at = wordOf(entry[1]);
		const before = this.#held.get(at);
		this.#held.delete(at);
		const { NFTA_META_KEY: key = -1 } = data as { readonly NFTA_META_KEY?: number };
		if (name === "meta" && BY_NAME.includes(key)) this.#held.set(at, this.#name);
		if (name === "meta" && BY_INDEX.includes(key)) this.#held.set(at, this.#index);
		// A range is compared in network byte order.
		if (name === "byteorder" && before !== undefined) this.#held.set(at, before.toReversed());
	}

	/** A name without its NUL matches as a prefix. */
	#isHeld(register: number | undefined, data: Bytes | undefined): boolean {
		const held = register === undefined ? undefined : this.#held.get(wordOf(register));
		if (held === undefined || data === undefined || data.length > held.length) return false;
		return Buffer.compare(held.subarray(0, data.length), data) === 0;
	}

	#isIn(register: number | undefined, set: string | undefined): boolean {
		if (register === undefined || set === undefined) return false;
		const first = wordOf(register);
		const fields = [...this.#held]
			.filter(([at]) => at >= first)
			.map(([at, bytes]) => ({ offset: (at - first) * WORD, bytes }));
		if (fields.length === 0) return false;
		const elements = this.#elements(set);
		return fields.some(({ offset, bytes }) => isAmong(bytes, elements, offset));
	}

	#elements(set: string): readonly Element[] {
		const of = {
			nfgen_family: this.#rule.nfgen_family,
			NFTA_SET_ELEM_LIST_TABLE: this.#rule.NFTA_RULE_TABLE,
			NFTA_SET_ELEM_LIST_SET: set,
		};
		const lists =
			ifThere(() => this.#kernel.readNftables(NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM, of, true)) ??
			[];
		return lists.flatMap(({ NFTA_SET_ELEM_LIST_ELEMENTS = [] }) => NFTA_SET_ELEM_LIST_ELEMENTS);
	}
}

const isEnd = ({ NFTA_SET_ELEM_FLAGS: flags = 0 }: Element): boolean =>
	(flags & nft.NFT_SET_ELEM_INTERVAL_END) !== 0;

/** Whether the field of a key has this value in one of the elements of a set. */
function isAmong(value: Bytes, elements: readonly Element[], offset: number): boolean {
	const cut = (data: Element["NFTA_SET_ELEM_KEY"]): Bytes =>
		(data?.NFTA_DATA_VALUE ?? new Uint8Array()).subarray(offset, offset + value.length);
	const keys = elements.map((element) => {
		const low = cut(element.NFTA_SET_ELEM_KEY);
		const { NFTA_SET_ELEM_KEY_END: end } = element;
		return { element, low, high: end === undefined ? low : cut(end) };
	});
	if (!elements.some(isEnd))
		return keys.some(
			({ low, high }) =>
				low.length === value.length &&
				Buffer.compare(low, value) <= 0 &&
				Buffer.compare(value, high) <= 0,
		);
	// Each element begins a range, or ends the one before it.
	const before = keys
		.filter(({ low }) => Buffer.compare(low, value) <= 0)
		.toSorted((a, b) => Buffer.compare(a.low, b.low))
		.at(-1);
	return before !== undefined && !isEnd(before.element);
}
