import { execute } from "../../src/kernel/execute.js";
import { table } from "../../src/kinds/table.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { NFT_MSG_DELSETELEM } from "../../src/uapi/nf_tables.js";
import { lan } from "../engine/hosts.js";

/** A LAN with our table of family inet. */
export function withTable(kernel: FakeKernel): void {
	lan(kernel);
	kernel.aside(() =>
		execute(
			kernel,
			table.create({ name: "umlnet-nl" }).map((step) => step.do),
		),
	);
}

/** Somebody else: `nft flush set inet umlnet-nl SET` */
export const flushed =
	(set: string) =>
	(kernel: FakeKernel): void => {
		kernel.nftables([
			request(NFT_MSG_DELSETELEM, 0, {
				nfgen_family: 1,
				NFTA_SET_ELEM_LIST_TABLE: "umlnet-nl",
				NFTA_SET_ELEM_LIST_SET: set,
			}),
		]);
	};
