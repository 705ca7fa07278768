import type { Kernel } from "../../kernel/kernel.js";
import { KernelError } from "../../sys/error.js";
import * as nft from "../../uapi/nf_tables.js";
import type { RawRuleset } from "./ruleset.js";

/** Somebody else's commit while we read; so many in a row are no chance. */
const TORN_TRIES = 20;

function generation(kernel: Pick<Kernel, "readNftables">): number {
	const [gen] = kernel.readNftables(nft.NFT_MSG_GETGEN, nft.NFT_MSG_NEWGEN, {}, false);
	return gen?.NFTA_GEN_ID ?? 0;
}

/**
 * The ruleset of the kernel, of one generation, for packets to be tried on it. Elements are asked for when a rule looks
 * into their set: those of a set that is gone by then are none. @throws KernelError
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
