import { ConflictError } from "../engine/error.js";
import type { Kind, Step } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Request, request } from "../netlink/request.js";
import { NLM_F_APPEND, NLM_F_CREATE } from "../uapi/netlink.js";
import {
	NFT_MSG_DELCHAIN,
	NFT_MSG_DELSET,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWTABLE,
} from "../uapi/nf_tables.js";
import { NFT_TABLE_F_DORMANT } from "../uapi/nf_tables_const.js";
import type { Facts } from "./anonymous-set.js";
import { alreadyThere, IF_STRAY } from "./conflict.js";
import { absent } from "./difference.js";
import { elsewhere } from "./elsewhere.js";
import { linksElsewhere } from "./link.js";
import { tables } from "./ruleset/messages.js";
import type { CompiledChain, CompiledTable } from "./ruleset/table.js";
import { isMapOf, isOptional, isText } from "./shape.js";
import { tableDiff } from "./table-diff.js";
import {
	type FoundTable,
	header,
	isForeign,
	type Mismatch,
	mismatched,
	missingSets,
	policyOf,
	readChains,
	readRules,
	readTable,
} from "./table-lookup.js";

export interface Table {
	readonly name: string;
	/** Absent for the family inet. */
	readonly family?: CompiledTable["family"];
}

/** What the kernel has for each family of tables, as its configuration calls it. */
const FAMILIES: Readonly<Partial<Record<CompiledTable["family"], string>>> = {
	inet: "nf_tables of IPv4 and IPv6 (CONFIG_NF_TABLES_INET, CONFIG_NFT_FIB_INET)",
	bridge: "nf_tables of bridges (CONFIG_NF_TABLES_BRIDGE)",
	arp: "nf_tables of ARP (CONFIG_NF_TABLES_ARP)",
};

const nameOf = ({ family, name }: CompiledTable): string => `nft table ${family} ${name}`;

const make = ({ create, chains }: CompiledTable): Action & { readonly via: "nftables" } => ({
	via: "nftables",
	batch: [...create, ...chains.flatMap(({ rules }) => rules)],
});
/** The same for the journal, which remembers its name instead. */
const whole = (table: CompiledTable): Action => ({
	...make(table),
	table: `${table.family} ${table.name}`,
});
const unmake = ({ drop }: CompiledTable): Action => ({ via: "nftables", batch: drop });

function dropSet({ value }: Request): Request {
	const { nfgen_family, NFTA_SET_TABLE, NFTA_SET_NAME } = value as Facts;
	return request(NFT_MSG_DELSET, 0, { nfgen_family, NFTA_SET_TABLE, NFTA_SET_NAME } as never);
}

/** Set the policy of a chain, if it has one. */
const setPolicy = (
	table: CompiledTable,
	{ name }: CompiledChain,
	NFTA_CHAIN_POLICY: number | undefined,
): Request[] =>
	NFTA_CHAIN_POLICY === undefined
		? []
		: [
				request(NFT_MSG_NEWCHAIN, 0, {
					...header(table),
					NFTA_CHAIN_TABLE: table.name,
					NFTA_CHAIN_NAME: name,
					NFTA_CHAIN_POLICY,
				}),
			];

/** The present rules in a form that can be added again, without the kernel's numbers. */
const again = (kernel: Kernel, table: CompiledTable, chain: CompiledChain): Request[] =>
	readRules(kernel, table, chain).map(({ NFTA_RULE_HANDLE, NFTA_RULE_POSITION, ...rule }) =>
		request(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, rule as never),
	);

/** The messages that create these chains, out of those that create the table. */
const creationOf = (table: CompiledTable, chains: readonly CompiledChain[]): Request[] => {
	const names = new Set(chains.map(({ name }) => name));
	return table.create.filter(
		({ message, value }) =>
			message.name === NFT_MSG_NEWCHAIN.name &&
			names.has((value as Facts).NFTA_CHAIN_NAME as string),
	);
};

/** Chains whose rules jump to each other can be deleted once all of them are empty. */
const drop = (table: CompiledTable, chains: readonly CompiledChain[]): Request[] => [
	...chains.flatMap((chain) => chain.flush),
	...chains.map(({ name }) =>
		request(NFT_MSG_DELCHAIN, 0, {
			...header(table),
			NFTA_CHAIN_TABLE: table.name,
			NFTA_CHAIN_NAME: name,
		}),
	),
];

/**
 * Restore chains that somebody has emptied (`nft flush table`) or added rules to, or that an older version has made.
 */
function refill(kernel: Kernel, table: CompiledTable, { changed, missing }: Mismatch): Step {
	// A table of an older version may lack sets that the rules use, and may have other rules.
	const sets = missingSets(kernel, table);
	const isOlder = missing.length + sets.length > 0;
	const there = isOlder ? table.chains.filter((chain) => !missing.includes(chain)) : changed;
	const flush = there.flatMap((chain) => chain.flush);
	const policies = there.flatMap((chain) => setPolicy(table, chain, policyOf(table, chain)));
	const found = readChains(kernel, table, there);
	const were = there.flatMap((chain, i) => setPolicy(table, chain, found[i]?.NFTA_CHAIN_POLICY));
	const before = there.flatMap((chain) => again(kernel, table, chain));
	const rules = [...there, ...missing].flatMap((chain) => chain.rules);
	const create = creationOf(table, missing);
	return {
		label: `restore the rules of ${nameOf(table)}`,
		phase: "filter",
		effect: "create",
		do: {
			via: "nftables",
			batch: [...sets, ...create, ...flush, ...policies, ...rules],
		},
		undo: [
			...(there.length > 0
				? [{ via: "nftables", batch: [...flush, ...were, ...before] } as const]
				: []),
			...(missing.length > 0 ? [{ via: "nftables", batch: drop(table, missing) } as const] : []),
			...sets.map((set): Action => ({ via: "nftables", batch: [dropSet(set)] })),
		],
	};
}

const isDormant = ({ NFTA_TABLE_FLAGS = 0 }: FoundTable): boolean =>
	(NFTA_TABLE_FLAGS & NFT_TABLE_F_DORMANT) !== 0;

/** A dormant table has all its rules, but they are not applied. */
function wake(table: CompiledTable): Step {
	const flags = (NFTA_TABLE_FLAGS: number): Action => ({
		via: "nftables",
		batch: [
			request(NFT_MSG_NEWTABLE, 0, {
				...header(table),
				NFTA_TABLE_NAME: table.name,
				NFTA_TABLE_FLAGS,
			}),
		],
	});
	return {
		label: `let ${nameOf(table)} be active again, which was dormant`,
		phase: "filter",
		do: flags(0),
		undo: [flags(NFT_TABLE_F_DORMANT)],
	};
}

/** The differences between a table and what was made, which `up` repairs. */
function driftOf(kernel: Kernel, table: CompiledTable): Difference[] {
	const name = nameOf(table);
	const there = readTable(kernel, table);
	if (there === undefined) return [absent(name, `${name} is gone`)];
	if (isForeign(kernel, table, there)) return [absent(name, `${name} is not ours`)];
	const { changed, missing } = mismatched(kernel, table);
	return [
		...(isDormant(there) ? [dormant(name)] : []),
		...missing.map((chain) =>
			absent(`chain ${chain.name} of ${name}`, `${name} has lost its chain ${chain.name}`),
		),
		...changed.map((chain) =>
			absent(
				`rules of chain ${chain.name} of ${name}`,
				`${name} has lost the rules of ${chain.name}, or has others`,
			),
		),
	];
}

const dormant = (object: string): Difference => ({
	object,
	field: "dormant",
	wanted: false,
	found: true,
	message: `${object} is dormant`,
});

const foreign = (table: CompiledTable, found: string, wanted: string, after = ""): ConflictError =>
	new ConflictError(nameOf(table), found, wanted, {
		hint: `remove it if nobody needs it: nft delete table ${table.family} ${table.name}; or ${IF_STRAY}${after}`,
	});

/**
 * Our tables in nf_tables: static chains that look guests up in sets. Each table is created with its first user.
 * @param compiled all tables: those of ruleset/, except in tests
 */
export function tableKind(compiled: readonly CompiledTable[]): Kind<Table, Table> {
	function find({ family = "inet", name }: Table): CompiledTable {
		const found = compiled.find((table) => table.family === family && table.name === name);
		if (found === undefined) throw new Error(`there is no table ${family} ${name} of ours`);
		return found;
	}
	const isKnown = ({ family = "inet", name }: Table): boolean =>
		compiled.some((table) => table.family === family && table.name === name);
	return {
		kind: "table",
		key: ({ family = "inet", name }) =>
			family === "inet" ? `table:${name}` : `table:${family}:${name}`,
		resolve(want, context) {
			const table = find(want);
			if (readTable(context.kernel, table) === undefined) return want;
			const other = elsewhere(context);
			if (other === undefined) throw foreign(table, "one that is not ours", "a new one");
			const { found, hint } = other;
			throw new ConflictError(nameOf(table), found, "a new one", { hint });
		},
		create(made) {
			const table = find(made);
			return [
				{
					label: `create ${nameOf(table)}`,
					phase: "filter",
					effect: "create",
					do: make(table),
					undo: [unmake(table)],
					conflict: alreadyThere(nameOf(table), "nft list ruleset"),
					unsupported: FAMILIES[table.family],
				},
			];
		},
		remove(made, { kernel }) {
			const table = find(made);
			const there = readTable(kernel, table);
			if (there !== undefined && isForeign(kernel, table, there)) return [];
			const label = `delete ${nameOf(table)}`;
			return [
				{ label, phase: "filter", effect: "delete", do: unmake(table), undo: [whole(table)] },
			];
		},
		drift: (made, kernel) => driftOf(kernel, find(made)),
		verify(made, kernel) {
			const table = find(made);
			const there = readTable(kernel, table);
			if (there === undefined || isForeign(kernel, table, there)) return driftOf(kernel, table);
			return tableDiff(kernel, table, make(table).batch);
		},
		isMade: (made) =>
			isMapOf({ name: isText, family: isOptional(isText) })(made) && isKnown(made as Table),
		strays(made, look) {
			const { kernel } = look;
			// It may belong to them, and whoever takes down the last of their taps deletes it.
			if (linksElsewhere(look).length > 0) return [];
			const ours = new Set(made.map(find));
			return compiled
				.filter((table) => !ours.has(table))
				.flatMap((table) => {
					const there = readTable(kernel, table);
					if (there === undefined) return [];
					const { family, name } = table;
					const made = { name, ...(family !== "inet" && { family }) };
					if (!isForeign(kernel, table, there)) return [{ what: nameOf(table), made }];
					return [{ what: `${nameOf(table)} is not ours`, made, foreign: true as const }];
				});
		},
		change(made, next, kernel) {
			const table = find(made);
			const there = readTable(kernel, table);
			if (there === undefined) return this.create(next);
			if (isForeign(kernel, table, there))
				throw foreign(table, "one that is not ours", "ours", "; then up again");
			const found = mismatched(kernel, table);
			const isWhole = found.changed.length + found.missing.length === 0;
			return [
				...(isDormant(there) ? [wake(table)] : []),
				...(isWhole ? [] : [refill(kernel, table, found)]),
			];
		},
	};
}

export const table = tableKind(tables);

/** The messages that make a table of ours, by its family and name: `inet umlnet-nl`. */
export function batchOf(name: string): readonly Request[] | undefined {
	const found = tables.find((one) => `${one.family} ${one.name}` === name);
	return found && make(found).batch;
}
