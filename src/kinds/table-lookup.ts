import { ifThere } from "../kernel/if-there.js";
import type { Kernel } from "../kernel/kernel.js";
import type { Outcome } from "../netlink/outcome.js";
import { type Request, request } from "../netlink/request.js";
import type { AnyMessage } from "../netlink/schema.js";
import { families } from "../nftables/fact/family.js";
import {
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETRULE,
	NFT_MSG_GETSET,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWTABLE,
} from "../uapi/nf_tables.js";
import type { Facts } from "./anonymous-set.js";
import type { CompiledChain, CompiledTable } from "./ruleset/table.js";

export const header = ({ family }: CompiledTable) => ({ nfgen_family: families[family] });

export type FoundTable = ReturnType<typeof NFT_MSG_NEWTABLE.decode>;
export type FoundChain = ReturnType<typeof NFT_MSG_NEWCHAIN.decode>;

/** The table with this name, if there is one. */
export function readTable(kernel: Kernel, table: CompiledTable): FoundTable | undefined {
	const named = { ...header(table), NFTA_TABLE_NAME: table.name };
	return ifThere(() => kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, named, false))?.[0];
}

/** What each request found; undefined if there is no such object. @throws KernelError */
function lookUp(kernel: Kernel, requests: readonly Request[]): unknown[] {
	if (requests.length === 0) return [];
	return kernel.lookUpNftables(requests).map(({ errno, error, replies }: Outcome) => {
		if (errno !== undefined && errno !== "ENOENT") throw error;
		return replies[0]?.value;
	});
}

/** The chains as the kernel has them, in one send; undefined for one that is missing. */
export const readChains = (
	kernel: Kernel,
	table: CompiledTable,
	chains: readonly CompiledChain[],
): (FoundChain | undefined)[] =>
	lookUp(
		kernel,
		chains.map(({ name }) =>
			request(NFT_MSG_GETCHAIN, 0, {
				...header(table),
				NFTA_CHAIN_TABLE: table.name,
				NFTA_CHAIN_NAME: name,
			}),
		),
	) as (FoundChain | undefined)[];

export function readRules(kernel: Kernel, table: CompiledTable, { name }: CompiledChain) {
	const inChain = { ...header(table), NFTA_RULE_TABLE: table.name, NFTA_RULE_CHAIN: name };
	return kernel.readNftables(NFT_MSG_GETRULE, NFT_MSG_NEWRULE, inChain, true);
}

/** The value of the message that creates an object of a table. */
const declared = (table: CompiledTable, { name }: AnyMessage, isIt: (value: Facts) => boolean) =>
	table.create.find(({ message, value }) => message.name === name && isIt(value as Facts))?.value as
		| Facts
		| undefined;

/**
 * Whether somebody has deleted our table and made another one with the same name: it lacks the comment by which ours is
 * recognised or, on a kernel without comments on tables (before 5.10), some of the objects that we declared in it.
 */
export function isForeign(kernel: Kernel, table: CompiledTable, there: FoundTable): boolean {
	const mark = declared(table, NFT_MSG_NEWTABLE, () => true)?.NFTA_TABLE_USERDATA as Uint8Array;
	const found = there.NFTA_TABLE_USERDATA;
	if (found !== undefined) return Buffer.compare(mark ?? NOTHING, found) !== 0;
	return mismatched(kernel, table).missing.length > 0 || missingSets(kernel, table).length > 0;
}
const NOTHING = new Uint8Array();

/** The messages that create the missing sets of a table. */
export function missingSets(kernel: Kernel, table: CompiledTable): Request[] {
	const sets = table.create.filter(({ message }) => message.name === NFT_MSG_NEWSET.name);
	const found = lookUp(
		kernel,
		sets.map(({ value }) => {
			const { NFTA_SET_NAME } = value as Facts;
			const named = { ...header(table), NFTA_SET_TABLE: table.name, NFTA_SET_NAME };
			return request(NFT_MSG_GETSET, 0, named as never);
		}),
	);
	return sets.filter((_, i) => found[i] === undefined);
}

const rulesOf = ({ rules }: CompiledChain): readonly Request[] =>
	rules.filter(({ message }) => message === NFT_MSG_NEWRULE);

/** The policy that a chain was created with, if it has one. */
export const policyOf = (table: CompiledTable, { name }: CompiledChain): number | undefined =>
	declared(table, NFT_MSG_NEWCHAIN, (value) => value.NFTA_CHAIN_NAME === name)?.NFTA_CHAIN_POLICY as
		| number
		| undefined;

/** Whether a chain has its original rules and policy. */
function isAsMade(
	kernel: Kernel,
	table: CompiledTable,
	chain: CompiledChain,
	{ NFTA_CHAIN_USE: use = 0, NFTA_CHAIN_POLICY: policy }: FoundChain,
): boolean {
	if (policy !== policyOf(table, chain)) return false;
	const { length } = rulesOf(chain);
	// The kernel counts the rules of a chain together with those that jump to it. None jumps to a base chain.
	if (use === length + chain.uses) return true;
	if (use < length || chain.isBase) return false;
	return readRules(kernel, table, chain).length === length;
}

/**
 * Chains that differ from what was made: others have changed them, or an older version has made the table without them.
 */
export interface Mismatch {
	readonly changed: readonly CompiledChain[];
	readonly missing: readonly CompiledChain[];
}

export function mismatched(kernel: Kernel, table: CompiledTable): Mismatch {
	const changed: CompiledChain[] = [];
	const missing: CompiledChain[] = [];
	const found = readChains(kernel, table, table.chains);
	for (const [i, chain] of table.chains.entries()) {
		const there = found[i];
		if (there === undefined) missing.push(chain);
		else if (!isAsMade(kernel, table, chain, there)) changed.push(chain);
	}
	return { changed, missing };
}
