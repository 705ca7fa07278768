import { ConflictError } from "../engine/error.js";
import type { Kind, Step } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import type { Action } from "../kernel/action.js";
import { ifThere } from "../kernel/if-there.js";
import type { Kernel } from "../kernel/kernel.js";
import { families } from "../nftables/fact/family.js";
import {
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETRULE,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWTABLE,
} from "../uapi/nf_tables.js";
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

/** Whether the table is there at all. */
function isThere(kernel: Kernel, table: CompiledTable): boolean {
	const named = { ...header(table), NFTA_TABLE_NAME: table.name };
	const found = ifThere(() =>
		kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, named, false),
	);
	return found !== undefined && found.length > 0;
}

/**
 * Whether somebody flushed our table and made one of the same name: it has not got our chains, nor the comment by which
 * ours is told.
 */
function isForeign(kernel: Kernel, table: CompiledTable): boolean {
	const named = { ...header(table), NFTA_TABLE_NAME: table.name };
	const found = ifThere(() =>
		kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, named, false),
	);
	const [there] = found ?? [];
	if (there === undefined || emptied(kernel, table) !== undefined) return false;
	const ours = table.create.find(({ message }) => message === NFT_MSG_NEWTABLE)?.value;
	const { NFTA_TABLE_USERDATA: mark } = ours as { readonly NFTA_TABLE_USERDATA?: Uint8Array };
	return Buffer.compare(mark ?? NOTHING, there.NFTA_TABLE_USERDATA ?? NOTHING) !== 0;
}
const NOTHING = new Uint8Array();

/** Whether a chain has all rules it was made with; undefined where there is no such chain. */
function isFull(kernel: Kernel, table: CompiledTable, chain: CompiledChain): boolean | undefined {
	const named = { ...header(table), NFTA_CHAIN_TABLE: table.name, NFTA_CHAIN_NAME: chain.name };
	const [found] =
		ifThere(() => kernel.readNftables(NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN, named, false)) ?? [];
	if (found === undefined) return undefined;
	const { length } = chain.rules.filter(({ message }) => message === NFT_MSG_NEWRULE);
	const { NFTA_CHAIN_USE: use = 0 } = found;
	// The kernel counts the rules of a chain, and those that jump to it. Nothing jumps to a base chain.
	if (use < length || chain.isBase) return use >= length;
	const inChain = { ...header(table), NFTA_RULE_TABLE: table.name, NFTA_RULE_CHAIN: chain.name };
	return kernel.readNftables(NFT_MSG_GETRULE, NFT_MSG_NEWRULE, inChain, true).length >= length;
}

/** The chains somebody took rules from; undefined where one of all is not even there. */
function emptied(kernel: Kernel, table: CompiledTable): CompiledChain[] | undefined {
	const found: CompiledChain[] = [];
	for (const chain of table.chains) {
		const full = isFull(kernel, table, chain);
		if (full === undefined) return undefined;
		if (!full) found.push(chain);
	}
	return found;
}

/** Somebody emptied chains (`nft flush table`): the sets are still there, nothing looks into them. */
function refill(table: CompiledTable, chains: readonly CompiledChain[]): Step {
	const flush = chains.flatMap((chain) => chain.flush);
	return {
		label: `put the rules back into ${nameOf(table)}`,
		phase: "filter",
		effect: "create",
		do: { via: "nftables", batch: [...flush, ...chains.flatMap(({ rules }) => rules)] },
		undo: [{ via: "nftables", batch: flush }],
	};
}

/** What of a table is missing that is not made anew by itself. */
function missing(kernel: Kernel, table: CompiledTable): Difference {
	const name = nameOf(table);
	return isThere(kernel, table)
		? absent(`chains of ${name}`, `${name} has lost its chain`)
		: absent(name, `${name} is gone`);
}

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
			if (!isThere(context.kernel, table)) return want;
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
			if (isForeign(kernel, table)) return [];
			const label = `delete ${nameOf(table)}`;
			return [{ label, phase: "filter", effect: "delete", do: unmake(table), undo: [make(table)] }];
		},
		drift(made, kernel) {
			const table = find(made);
			const chains = emptied(kernel, table);
			if (chains === undefined) return [missing(kernel, table)];
			if (chains.length === 0) return [];
			const name = nameOf(table);
			return [absent(`rules of ${name}`, `${name} has lost its rules`)];
		},
		verify(made, kernel) {
			const table = find(made);
			if (!isThere(kernel, table)) return this.drift(made, kernel);
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
				.filter((table) => !ours.has(table) && isThere(kernel, table))
				.map((table) => {
					const { family, name } = table;
					const made = { name, ...(family !== "inet" && { family }) };
					if (emptied(kernel, table) !== undefined) return { what: nameOf(table), made };
					return { what: `${nameOf(table)} is not ours`, made, foreign: true };
				});
		},
		change(made, next, kernel) {
			const table = find(made);
			const chains = emptied(kernel, table);
			if (chains !== undefined) return chains.length > 0 ? [refill(table, chains)] : [];
			if (!isThere(kernel, table)) return this.create(next);
			throw foreign(table, "one without our chain", "ours", "; then up again");
		},
	};
}

export const table = tableKind(tables);
