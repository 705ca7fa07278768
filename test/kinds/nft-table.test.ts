import { table } from "../../src/kinds/table.js";
import { request } from "../../src/netlink/request.js";
import { NLM_F_CREATE } from "../../src/uapi/netlink.js";
import { NFT_MSG_DELRULE, NFT_MSG_DELTABLE, NFT_MSG_NEWTABLE } from "../../src/uapi/nf_tables.js";
import { lan } from "../engine/hosts.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { testKind } from "./table.js";

const want = { name: "umlnet-nl" };
const flushed = (kernel: FakeKernel): void => {
	kernel.nftables([request(NFT_MSG_DELRULE, 0, { nfgen_family: 1, NFTA_RULE_TABLE: "umlnet-nl" })]);
};
const deleted = (kernel: FakeKernel): void => {
	kernel.nftables([
		request(NFT_MSG_DELTABLE, 0, { nfgen_family: 1, NFTA_TABLE_NAME: "umlnet-nl" }),
	]);
};
const taken = (kernel: FakeKernel): void => {
	lan(kernel);
	kernel.aside(() =>
		kernel.nftables([
			request(NFT_MSG_NEWTABLE, NLM_F_CREATE, { nfgen_family: 1, NFTA_TABLE_NAME: "umlnet-nl" }),
		]),
	);
};

testKind(table, {
	creations: [
		{
			name: "our table",
			by: "labels",
			host: lan,
			want,
			steps: ["filter: create nft table inet umlnet-nl"],
			removal: ["filter: delete nft table inet umlnet-nl"],
		},
	],
	drifts: [
		{
			name: "our table was deleted",
			host: lan,
			want,
			meddle: deleted,
			told: ["nft table inet umlnet-nl is gone"],
		},
		{
			name: "its rules were flushed",
			host: lan,
			want,
			meddle: flushed,
			told: ["nft table inet umlnet-nl has lost its rules"],
		},
	],
	refusals: [
		{ name: "a table of that name that is not ours", host: taken, want, error: "not ours" },
	],
});
