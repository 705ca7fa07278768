import type { Kernel } from "../../kernel/kernel.js";
import { KernelError } from "../../sys/error.js";
import * as nft from "../../uapi/nf_tables.js";
import type { RawRuleset } from "./ruleset.js";

/** How often other processes may commit while we read. This many times in a row is not chance. */
const TORN_TRIES = 20;

function generation(kernel: Pick<Kernel, "readNftables">): number {
	const [gen] = kernel.readNftables(nft.NFT_MSG_GETGEN, nft.NFT_MSG_NEWGEN, {}, false);
	return gen?.NFTA_GEN_ID ?? 0;
}

/**
 * One generation of the kernel's ruleset, for trying packets on it. The elements of a set are read when a rule first
 * looks into it; a set that is gone by then has none. @throws KernelError
 */
export function readRawRuleset(kernel: Pick<Kernel, "readNftables">): RawRuleset {
	for (let tries = 1; ; tries++) {
		const before = generation(kernel);
		const raw = {
			tables: kernel.readNftables(nft.NFT_MSG_GETTABLE, nft.NFT_MSG_NEWTABLE, {}, true),
			chains: kernel.readNftables(nft.NFT_MSG_GETCHAIN, nft.NFT_MSG_NEWCHAIN, {}, true),
			rules: kernel.readNftables(nft.NFT_MSG_GETRULE, nft.NFT_MSG_NEWRULE_RAW, {}, true),
			sets: kernel.readNftables(nft.NFT_MSG_GETSET, nft.NFT_MSG_NEWSET, {}, true),
			objects: kernel.readNftables(nft.NFT_MSG_GETOBJ, nft.NFT_MSG_NEWOBJ, {}, true),
		};
		if (generation(kernel) === before || tries === TORN_TRIES)
			return { ...raw, elements: (set) => elementsOf(kernel, set) };
	}
}

function elementsOf(
	kernel: Pick<Kernel, "readNftables">,
	{ nfgen_family, NFTA_SET_TABLE: table, NFTA_SET_NAME: name }: RawRuleset["sets"][number],
): ReturnType<RawRuleset["elements"]> {
	const of = {
		nfgen_family,
		NFTA_SET_ELEM_LIST_TABLE: table,
		NFTA_SET_ELEM_LIST_SET: name,
	};
	try {
		return kernel.readNftables(nft.NFT_MSG_GETSETELEM, nft.NFT_MSG_NEWSETELEM_RAW, of, true);
	} catch (error) {
		if (error instanceof KernelError && error.errno === "ENOENT") return [];
		throw error;
	}
}
