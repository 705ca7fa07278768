import { ConflictError } from "../engine/error.js";
import type { Kind, Step } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import type { Action } from "../kernel/action.js";
import { ifThere } from "../kernel/if-there.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Request, request } from "../netlink/request.js";
import type { AnyMessage } from "../netlink/schema.js";
import { families } from "../nftables/fact/family.js";
import { NLM_F_APPEND, NLM_F_CREATE } from "../uapi/netlink.js";
import {
	NFT_MSG_DELSET,
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETRULE,
	NFT_MSG_GETSET,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
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

export interface Table {
	readonly name: string;
	/** Missing where it is inet. */
	readonly family?: CompiledTable["family"];
}

const nameOf = ({ family, name }: CompiledTable): string => `nft table ${family} ${name}`;
const header = ({ family }: CompiledTable) => ({ nfgen_family: families[family] });

const make = ({ create, chains }: CompiledTable): Action & { readonly via: "nftables" } => ({
	via: "nftables",
	batch: [...create, ...chains.flatMap(({ rules }) => rules)],
});
const unmake = ({ drop }: CompiledTable): Action => ({ via: "nftables", batch: drop });

type FoundTable = ReturnType<typeof NFT_MSG_NEWTABLE.decode>;
type FoundChain = ReturnType<typeof NFT_MSG_NEWCHAIN.decode>;

/** The table of this name, if there is one. */
function readTable(kernel: Kernel, table: CompiledTable): FoundTable | undefined {
	const named = { ...header(table), NFTA_TABLE_NAME: table.name };
	return ifThere(() => kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, named, false))?.[0];
}

function readChain(
	kernel: Kernel,
	table: CompiledTable,
	{ name }: CompiledChain,
): FoundChain | undefined {
	const named = { ...header(table), NFTA_CHAIN_TABLE: table.name, NFTA_CHAIN_NAME: name };
	return ifThere(() => kernel.readNftables(NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN, named, false))?.[0];
}

function readRules(kernel: Kernel, table: CompiledTable, { name }: CompiledChain) {
	const inChain = { ...header(table), NFTA_RULE_TABLE: table.name, NFTA_RULE_CHAIN: name };
	return kernel.readNftables(NFT_MSG_GETRULE, NFT_MSG_NEWRULE, inChain, true);
}

/** The value of the message that makes something of a table. */
const declared = (table: CompiledTable, { name }: AnyMessage, isIt: (value: Facts) => boolean) =>
	table.create
		.filter(({ message }) => message.name === name)
		.map(({ value }) => value as Facts)
		.find(isIt);

/**
 * Whether somebody flushed our table and made one of the same name: it has not got the comment by which ours is told, or, on a
 * kernel that keeps no comments of tables (before 5.10), not all that we declared in it.
 */
function isForeign(kernel: Kernel, table: CompiledTable, there: FoundTable): boolean {
	const mark = declared(table, NFT_MSG_NEWTABLE, () => true)?.NFTA_TABLE_USERDATA as Uint8Array;
	const found = there.NFTA_TABLE_USERDATA;
	if (found !== undefined) return Buffer.compare(mark ?? NOTHING, found) !== 0;
	return mismatched(kernel, table) === undefined || missingSets(kernel, table).length > 0;
}

/** The messages that make those sets of a table that are not there. */
const missingSets = (kernel: Kernel, table: CompiledTable): Request[] =>
	table.create.filter(({ message, value }) => {
		if (message.name !== NFT_MSG_NEWSET.name) return false;
		const { NFTA_SET_NAME } = value as Facts;
		const named = { ...header(table), NFTA_SET_TABLE: table.name, NFTA_SET_NAME } as const;
		const get = () => kernel.readNftables(NFT_MSG_GETSET, NFT_MSG_NEWSET, named as never, false);
		return ifThere(get) === undefined;
	});

function dropSet({ value }: Request): Request {
	const { nfgen_family, NFTA_SET_TABLE, NFTA_SET_NAME } = value as Facts;
	return request(NFT_MSG_DELSET, 0, { nfgen_family, NFTA_SET_TABLE, NFTA_SET_NAME } as never);
}
const NOTHING = new Uint8Array();

const rulesOf = ({ rules }: CompiledChain): readonly Request[] =>
	rules.filter(({ message }) => message === NFT_MSG_NEWRULE);

/** The policy that a chain was made with, if it has one. */
const policyOf = (table: CompiledTable, { name }: CompiledChain): number | undefined =>
	declared(table, NFT_MSG_NEWCHAIN, (value) => value.NFTA_CHAIN_NAME === name)?.NFTA_CHAIN_POLICY as
		| number
		| undefined;

/** Whether a chain has the rules and the policy it was made with; undefined where there is no such chain. */
function isAsMade(kernel: Kernel, table: CompiledTable, chain: CompiledChain): boolean | undefined {
	const found = readChain(kernel, table, chain);
	if (found === undefined) return undefined;
	const { NFTA_CHAIN_USE: use = 0, NFTA_CHAIN_POLICY: policy } = found;
	if (policy !== policyOf(table, chain)) return false;
	const { length } = rulesOf(chain);
	// The kernel counts the rules of a chain, and those that jump to it. Nothing jumps to a base chain.
	if (use < length || chain.isBase) return use === length;
	return readRules(kernel, table, chain).length === length;
}

/** The chains that others changed; undefined where one of all is not even there. */
function mismatched(kernel: Kernel, table: CompiledTable): CompiledChain[] | undefined {
	const found: CompiledChain[] = [];
	for (const chain of table.chains) {
		const asMade = isAsMade(kernel, table, chain);
		if (asMade === undefined) return undefined;
		if (!asMade) found.push(chain);
	}
	return found;
}

/** Setting the policy of a chain, where it has one. */
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

/** Rules as they were found, to be put there again: without what the kernel numbers. */
const again = (kernel: Kernel, table: CompiledTable, chain: CompiledChain): Request[] =>
	readRules(kernel, table, chain).map(({ NFTA_RULE_HANDLE, NFTA_RULE_POSITION, ...rule }) =>
		request(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, rule as never),
	);

/** Somebody emptied chains (`nft flush table`), or put rules of his own into them: all of it as it was made. */
function refill(kernel: Kernel, table: CompiledTable, chains: readonly CompiledChain[]): Step {
	// What an older version made has not all the sets that the rules ask.
	const sets = missingSets(kernel, table);
	const flush = chains.flatMap((chain) => chain.flush);
	const policies = chains.flatMap((chain) => setPolicy(table, chain, policyOf(table, chain)));
	const were = chains.flatMap((chain) =>
		setPolicy(table, chain, readChain(kernel, table, chain)?.NFTA_CHAIN_POLICY),
	);
	const rules = chains.flatMap((chain) => again(kernel, table, chain));
	return {
		label: `put the rules back into ${nameOf(table)}`,
		phase: "filter",
		effect: "create",
		do: {
			via: "nftables",
			batch: [...sets, ...flush, ...policies, ...chains.flatMap(({ rules }) => rules)],
		},
		undo: [
			{ via: "nftables", batch: [...flush, ...were, ...rules] },
			...sets.map((set): Action => ({ via: "nftables", batch: [dropSet(set)] })),
		],
	};
}

const isDormant = ({ NFTA_TABLE_FLAGS = 0 }: FoundTable): boolean =>
	(NFTA_TABLE_FLAGS & NFT_TABLE_F_DORMANT) !== 0;

/** A table that is dormant has all its rules, and none of them is asked. */
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
		label: `let ${nameOf(table)} be dormant no more`,
		phase: "filter",
		do: flags(0),
		undo: [flags(NFT_TABLE_F_DORMANT)],
	};
}

/** What of a table is not as it was made, and made so again by `up`. */
function driftOf(kernel: Kernel, table: CompiledTable): Difference[] {
	const name = nameOf(table);
	const there = readTable(kernel, table);
	if (there === undefined) return [absent(name, `${name} is gone`)];
	if (isForeign(kernel, table, there)) return [absent(name, `${name} is not ours`)];
	const chains = mismatched(kernel, table);
	if (chains === undefined) return [absent(`chains of ${name}`, `${name} has lost its chain`)];
	return [
		...(isDormant(there) ? [dormant(name)] : []),
		...chains.map((chain) =>
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
 * Tables of ours in nf_tables: static chains that look guests up in sets. Each is made with its first user.
 * @param compiled all there are: those of ruleset/, but in tests
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
				},
			];
		},
		remove(made, { kernel }) {
			const table = find(made);
			const there = readTable(kernel, table);
			if (there !== undefined && isForeign(kernel, table, there)) return [];
			const label = `delete ${nameOf(table)}`;
			return [{ label, phase: "filter", effect: "delete", do: unmake(table), undo: [make(table)] }];
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
			// It may be theirs: whoever takes down the last of them takes it along.
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
			const chains = mismatched(kernel, table);
			if (chains === undefined)
				throw foreign(table, "one without our chain", "ours", "; then up again");
			return [
				...(isDormant(there) ? [wake(table)] : []),
				...(chains.length > 0 ? [refill(kernel, table, chains)] : []),
			];
		},
	};
}

export const table = tableKind(tables);
