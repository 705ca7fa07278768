import type { Kernel } from "../kernel/kernel.js";
import type { Request } from "../netlink/request.js";
import type { AnyMessage } from "../netlink/schema.js";
import { KernelError } from "../sys/error.js";
import { NFPROTO_INET } from "../uapi/netfilter.js";
import {
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETFLOWTABLE,
	NFT_MSG_GETOBJ,
	NFT_MSG_GETRULE,
	NFT_MSG_GETSET,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWFLOWTABLE,
	NFT_MSG_NEWOBJ,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWTABLE,
} from "../uapi/nf_tables.js";

type Facts = Readonly<Record<string, unknown>>;

/** What a table can hold: how it is listed, and what tells two of a sort apart. */
interface Sort {
	readonly word: string;
	readonly get: AnyMessage;
	readonly made: AnyMessage;
	/** The attribute that names its table, and the one that names it. */
	readonly table: string;
	readonly name: string;
	/** Rules have no names: their order tells. */
	readonly ordered?: true;
}
const SORTS: readonly Sort[] = [
	{
		word: "table",
		get: NFT_MSG_GETTABLE,
		made: NFT_MSG_NEWTABLE,
		table: "NFTA_TABLE_NAME",
		name: "NFTA_TABLE_NAME",
	},
	{
		word: "chain",
		get: NFT_MSG_GETCHAIN,
		made: NFT_MSG_NEWCHAIN,
		table: "NFTA_CHAIN_TABLE",
		name: "NFTA_CHAIN_NAME",
	},
	{
		word: "set",
		get: NFT_MSG_GETSET,
		made: NFT_MSG_NEWSET,
		table: "NFTA_SET_TABLE",
		name: "NFTA_SET_NAME",
	},
	{
		word: "rule of chain",
		get: NFT_MSG_GETRULE,
		made: NFT_MSG_NEWRULE,
		table: "NFTA_RULE_TABLE",
		name: "NFTA_RULE_CHAIN",
		ordered: true,
	},
	{
		word: "object",
		get: NFT_MSG_GETOBJ,
		made: NFT_MSG_NEWOBJ,
		table: "NFTA_OBJ_TABLE",
		name: "NFTA_OBJ_NAME",
	},
	{
		word: "flowtable",
		get: NFT_MSG_GETFLOWTABLE,
		made: NFT_MSG_NEWFLOWTABLE,
		table: "NFTA_FLOWTABLE_TABLE",
		name: "NFTA_FLOWTABLE_NAME",
	},
];

/** What the kernel adds to an object that was made: numbers of its own, and how often something is used. */
const ITS_OWN = new Set([
	"version",
	"res_id",
	"NFTA_TABLE_HANDLE",
	"NFTA_TABLE_USE",
	"NFTA_CHAIN_HANDLE",
	"NFTA_CHAIN_USE",
	"NFTA_SET_HANDLE",
	"NFTA_RULE_HANDLE",
	"NFTA_RULE_POSITION",
	"NFTA_SET_COUNT",
	// What a newer kernel tells beside what we know: the type of a set's backend, by its name (since 6.16).
	"$unknown",
]);
/** What the kernel makes of attributes that were not given. */
const BY_ITSELF: Readonly<Record<string, unknown>> = {
	NFTA_CHAIN_FLAGS: 1, // NFT_CHAIN_BASE, of a chain with a hook
	NFTA_NAT_FLAGS: 1, // NF_NAT_RANGE_MAP_IPS, of a rule with an address (nft_nat_init)
};
/** What it does not tell of one: numbers that hold within a batch alone. */
const UNTOLD = new Set(["NFTA_SET_ID", "NFTA_LOOKUP_SET_ID"]);

/**
 * Where a table of family inet differs from what a batch made of it, in words: every table, chain, set, rule, object and
 * flowtable, the ones that are missing and the ones too many. The elements of sets are not looked at.
 */
export function contentsDrift(kernel: Kernel, table: string, batch: readonly Request[]): string[] {
	return SORTS.flatMap((sort) => {
		const wanted = batch
			.filter(({ message }) => message === sort.made)
			.map(({ message, value }) => message.decode(message.encode(value as never)) as Facts);
		const found = list(kernel, sort, table);
		return sort.ordered ? inOrder(sort, wanted, found) : byName(sort, wanted, found);
	}).map((what) => `nft table inet ${table}: ${what}`);
}

/** All of a sort in a table: not every dump lets itself be restricted to one (nf_tables_dump_chains). */
function list(kernel: Kernel, { get, made, table }: Sort, name: string): Facts[] {
	try {
		const found = kernel.readNftables(get, made as never, { nfgen_family: NFPROTO_INET }, true);
		return (found as Facts[]).filter((one) => one[table] === name);
	} catch (error) {
		// A kernel without flowtables has none.
		if (error instanceof KernelError && error.errno === "EOPNOTSUPP") return [];
		throw error;
	}
}

function byName({ word, name }: Sort, wanted: readonly Facts[], found: readonly Facts[]): string[] {
	const names = new Set([...wanted, ...found].map((one) => one[name]));
	return [...names].flatMap((which) => {
		const [want, is] = [wanted, found].map((all) => all.find((one) => one[name] === which));
		if (is === undefined) return [`${word} ${which} is missing`];
		if (want === undefined) return [`${word} ${which} is not ours`];
		return differences(want, is).map((what) => `${word} ${which}: ${what}`);
	});
}

function inOrder(
	{ word, name }: Sort,
	wanted: readonly Facts[],
	found: readonly Facts[],
): string[] {
	const chains = new Set([...wanted, ...found].map((one) => one[name]));
	return [...chains].flatMap((chain) => {
		const [wants, are] = [wanted, found].map((all) => all.filter((one) => one[name] === chain));
		const missing = (wants ?? []).flatMap((want, i) => {
			const is = are?.[i];
			if (is === undefined) return [`${word} ${chain}, number ${i + 1}, is missing`];
			return differences(want, is).map((what) => `${word} ${chain}, number ${i + 1}: ${what}`);
		});
		const extra = (are ?? []).slice(wants?.length ?? 0);
		return [...missing, ...extra.map((one) => `${word} ${chain}, ${handle(one)}, is not ours`)];
	});
}

const handle = ({ NFTA_RULE_HANDLE }: Facts): string => `handle ${NFTA_RULE_HANDLE}`;

/** The attributes in which an object is not what was made. */
function differences(want: unknown, is: unknown, path = ""): string[] {
	if (isNest(want) && isNest(is)) {
		const names = [...new Set([...Object.keys(want), ...Object.keys(is)])];
		return names.flatMap((name) => {
			const [wanted, found] = [want[name], is[name]];
			if (UNTOLD.has(name) || ITS_OWN.has(name)) return [];
			if (wanted === undefined && isDefault(name, found, want)) return [];
			// No flags are not told of (nf_tables_fill_set).
			if (wanted === 0 && found === undefined) return [];
			return differences(wanted, found, path === "" ? name : `${path}.${name}`);
		});
	}
	return text(want) === text(is) ? [] : [`${path} is ${text(is)}, was made ${text(want)}`];
}

const isNest = (value: unknown): value is Facts =>
	typeof value === "object" && value !== null && !(value instanceof Uint8Array);

/** Whether the kernel tells by itself what nobody has said: a zero, nothing, a number of its own. */
function isDefault(name: string, found: unknown, beside: Facts): boolean {
	if (found === undefined || found === 0 || found === 0n || found === "") return true;
	if (name in BY_ITSELF) return found === BY_ITSELF[name];
	if (isNest(found)) return Object.values(found).every((inner) => isDefault("", inner, found));
	// A range of one: the kernel tells both of its ends (nft_nat_dump).
	if (name === "NFTA_NAT_REG_ADDR_MAX") return found === beside.NFTA_NAT_REG_ADDR_MIN;
	return false;
}

const text = (value: unknown): string =>
	value instanceof Uint8Array
		? `0x${Buffer.from(value).toString("hex")}`
		: value === undefined
			? "not set"
			: String(value);
