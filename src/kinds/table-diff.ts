import type { Difference } from "../engine/report.js";
import type { Kernel } from "../kernel/kernel.js";
import type { Request } from "../netlink/request.js";
import type { AnyMessage } from "../netlink/schema.js";
import { families } from "../nftables/fact/family.js";
import { KernelError } from "../sys/error.js";
import { NF_NAT_RANGE_MAP_IPS, NF_NAT_RANGE_PROTO_SPECIFIED } from "../uapi/netfilter.js";
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
import { NFT_CHAIN_BASE } from "../uapi/nf_tables_const.js";
import {
	contentsInBatch,
	contentsInTable,
	type Facts,
	isAnonymous,
	withContents,
} from "./anonymous-set.js";
import { absent, reported, unwanted } from "./difference.js";
import type { CompiledTable } from "./ruleset/table.js";

/** A type of object in a table: how to list it, and how to tell two of them apart. */
interface Sort {
	readonly word: string;
	readonly get: AnyMessage;
	/** The message that creates one, in which the kernel also lists it. */
	readonly made: AnyMessage;
	/** The attribute with the name of its table. */
	readonly table: string;
	/** The attribute with its name; for a rule, the name of its chain. */
	readonly name: string;
	/** Set for rules, which have no names and are identified by their position. */
	readonly ordered?: true;
}
const SET: Sort = {
	word: "set",
	get: NFT_MSG_GETSET,
	made: NFT_MSG_NEWSET,
	table: "NFTA_SET_TABLE",
	name: "NFTA_SET_NAME",
};
const RULE: Sort = {
	word: "rule of chain",
	get: NFT_MSG_GETRULE,
	made: NFT_MSG_NEWRULE,
	table: "NFTA_RULE_TABLE",
	name: "NFTA_RULE_CHAIN",
	ordered: true,
};
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
	SET,
	RULE,
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

/** Attributes that the kernel adds to an object: its own numbers, and counts of uses and matches. */
const ADDED = new Set([
	"version",
	"res_id",
	"NFTA_TABLE_HANDLE",
	"NFTA_TABLE_USE",
	"NFTA_CHAIN_HANDLE",
	"NFTA_CHAIN_USE",
	"NFTA_SET_HANDLE",
	"NFTA_SET_COUNT",
	"NFTA_RULE_HANDLE",
	"NFTA_RULE_POSITION",
	"NFTA_OBJ_HANDLE",
	"NFTA_OBJ_USE",
	"NFTA_FLOWTABLE_HANDLE",
	"NFTA_FLOWTABLE_USE",
	"NFTA_COUNTER_BYTES",
	"NFTA_COUNTER_PACKETS",
	"NFTA_QUOTA_CONSUMED",
	// Unknown attributes: since Linux 6.16 the kernel reports the type of a set's backend.
	"$unknown",
]);
/** The values that the kernel fills in for attributes that were not given. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
	// For a chain with a hook.
	NFTA_CHAIN_FLAGS: NFT_CHAIN_BASE,
};
/** Ids that are valid within one batch only; the kernel does not report them. */
const BATCH_LOCAL = new Set([
	"NFTA_SET_ID",
	"NFTA_LOOKUP_SET_ID",
	"NFTA_OBJREF_SET_ID",
	"NFTA_DYNSET_SET_ID",
	"NFTA_VERDICT_CHAIN_ID",
]);

/**
 * The differences between a table and the batch that made it: in every table, chain, set, rule, object and flowtable,
 * and additional rules in its chains. Other objects that somebody has added under names of their own do not count, nor
 * do the elements of named sets.
 */
export function tableDiff(
	kernel: Kernel,
	table: Pick<CompiledTable, "family" | "name">,
	batch: readonly Request[],
): Difference[] {
	const pairs = SORTS.map((sort): Pair => {
		const wanted = batch
			.filter(({ message }) => message === sort.made)
			.map(({ message, value }) => message.decode(message.encode(value as never)) as Facts);
		return { sort, wanted, found: list(kernel, sort, table) };
	});
	const sets = pairs.find(({ sort }) => sort === SET)?.found ?? [];
	const [inBatch, inTable] = [contentsInBatch(batch), contentsInTable(kernel, table, sets)];
	const comparable = ({ sort, wanted, found }: Pair): Pair => ({
		sort,
		wanted: sort === RULE ? wanted.map((rule) => withContents(rule, inBatch)) : wanted,
		found: sort === RULE ? found.map((rule) => withContents(rule, inTable)) : found,
	});
	const name = `nft table ${table.family} ${table.name}`;
	return pairs
		.map(comparable)
		.flatMap((pair) => (pair.sort.ordered ? inOrder(pair) : byName(pair)))
		.map(({ object, message, ...values }) => {
			return { object: `${object} of ${name}`, ...values, message: `${name}: ${message}` };
		});
}

/** All objects of a type, as they were made and as they are. */
interface Pair {
	readonly sort: Sort;
	readonly wanted: readonly Facts[];
	readonly found: readonly Facts[];
}

/** All objects of a type in a table. Not every dump can be restricted to one table (nf_tables_dump_chains). */
function list(
	kernel: Kernel,
	{ get, made, table }: Sort,
	{ family, name }: Pick<CompiledTable, "family" | "name">,
): Facts[] {
	try {
		const header = { nfgen_family: families[family] };
		const found: readonly Facts[] = kernel.readNftables(get, made as never, header, true);
		return found.filter((one) => one[table] === name);
	} catch (error) {
		// A kernel without flowtables has none.
		if (error instanceof KernelError && error.errno === "EOPNOTSUPP") return [];
		throw error;
	}
}

function byName({ sort: { word, name }, wanted, found }: Pair): Difference[] {
	// An anonymous set is compared as a part of its rule.
	const named = wanted.filter((one) => !isAnonymous(one));
	const names = new Set(named.map((one) => one[name]));
	return [...names].flatMap((which) => {
		const [want, is] = [wanted, found].map((all) => all.find((one) => one[name] === which));
		const object = `${word} ${which}`;
		if (is === undefined || want === undefined) return [absent(object)];
		return differences(object, want, is);
	});
}

function inOrder({ sort: { word, name }, wanted, found }: Pair): Difference[] {
	const chains = new Set(wanted.map((one) => one[name]));
	return [...chains].flatMap((chain) => {
		const [wants, are] = [wanted, found].map((all) => all.filter((one) => one[name] === chain));
		const missing = (wants ?? []).flatMap((want, i) => {
			const is = are?.[i];
			const object = `${word} ${chain}, number ${i + 1}`;
			return is === undefined
				? [absent(object, `${object}, is missing`)]
				: differences(object, want, is);
		});
		const extra = (are ?? []).slice(wants?.length ?? 0);
		const others = extra.map((one) => {
			const object = `${word} ${chain}, ${handle(one)}`;
			return unwanted(object, `${object}, is not ours`);
		});
		return [...missing, ...others];
	});
}

const handle = ({ NFTA_RULE_HANDLE }: Facts): string => `handle ${NFTA_RULE_HANDLE}`;

/** The attributes in which an object differs from what was made. */
function differences(object: string, want: unknown, is: unknown, path = ""): Difference[] {
	if (isNest(want) && isNest(is)) {
		const names = [...new Set([...Object.keys(want), ...Object.keys(is)])];
		return names.flatMap((name) => {
			const [wanted, found] = [want[name], is[name]];
			if (BATCH_LOCAL.has(name) || ADDED.has(name)) return [];
			if (wanted === undefined && isDefault(name, found, want)) return [];
			// If there are no flags the kernel leaves the attribute out (nf_tables_fill_set).
			if (wanted === 0 && found === undefined) return [];
			return differences(object, wanted, found, path === "" ? name : `${path}.${name}`);
		});
	}
	if (text(want) === text(is)) return [];
	const message = `${object}: ${path} is ${text(is)}, was made ${text(want)}`;
	return [{ object, field: path, wanted: reported(want), found: reported(is), message }];
}

const isNest = (value: unknown): value is Facts =>
	typeof value === "object" && value !== null && !(value instanceof Uint8Array);

/** Whether an attribute that was not given has the kernel's default value. */
function isDefault(name: string, found: unknown, beside: Facts): boolean {
	if (found === undefined || found === 0 || found === 0n || found === "") return true;
	if (name in DEFAULTS) return found === DEFAULTS[name];
	if (isNest(found)) return Object.values(found).every((inner) => isDefault("", inner, found));
	// For a single address or port the kernel reports a range that contains only that one (nft_nat_dump).
	if (name === "NFTA_NAT_REG_ADDR_MAX") return found === beside.NFTA_NAT_REG_ADDR_MIN;
	if (name === "NFTA_NAT_REG_PROTO_MAX") return found === beside.NFTA_NAT_REG_PROTO_MIN;
	return name === "NFTA_NAT_FLAGS" && found === natFlagsOf(beside);
}

/** The flags only say what is translated, which the registers show as well (nft_nat_init, net/netfilter/nft_nat.c). */
const natFlagsOf = (nat: Facts): number =>
	(nat.NFTA_NAT_REG_ADDR_MIN === undefined ? 0 : NF_NAT_RANGE_MAP_IPS) |
	(nat.NFTA_NAT_REG_PROTO_MIN === undefined ? 0 : NF_NAT_RANGE_PROTO_SPECIFIED);

const text = (value: unknown): string => String(reported(value) ?? "not set");
