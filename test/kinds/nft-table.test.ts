import { tables } from "../../src/kinds/ruleset/index.js";
import type { DeclaredTable } from "../../src/kinds/ruleset/table.js";
import { table } from "../../src/kinds/table.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { NF_DROP } from "../../src/uapi/netfilter.js";
import { NLM_F_APPEND, NLM_F_CREATE } from "../../src/uapi/netlink.js";
import {
	NFT_MSG_DELCHAIN,
	NFT_MSG_DELRULE,
	NFT_MSG_DELSET,
	NFT_MSG_DELTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWTABLE,
} from "../../src/uapi/nf_tables.js";
import { lan } from "../engine/hosts.js";
import { testKind } from "./table.js";

const want = { name: "umlnet-nl" };
const [{ chains, declarations }] = tables as readonly [DeclaredTable];
const names = chains.map(({ create }) => create.name);
const lastChain = names.at(-1) as string;
const [lastSet] = declarations.flatMap((one) => ("set" in one ? [one.set.name] : [])).slice(-1);
const lostRules = (chain: string): string =>
	`nft table inet umlnet-nl has lost the rules of ${chain}, or has others`;
const flushed = (kernel: FakeKernel): void => {
	kernel.nftables([request(NFT_MSG_DELRULE, 0, { nfgen_family: 1, NFTA_RULE_TABLE: "umlnet-nl" })]);
};
const postrouting = {
	nfgen_family: 1,
	NFTA_CHAIN_TABLE: "umlnet-nl",
	NFTA_CHAIN_NAME: "postrouting",
};
const more = (kernel: FakeKernel): void => {
	kernel.nftables([
		request(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, {
			nfgen_family: 1,
			NFTA_RULE_TABLE: "umlnet-nl",
			NFTA_RULE_CHAIN: "postrouting",
			NFTA_RULE_EXPRESSIONS: [{ NFTA_EXPR_NAME: "counter", NFTA_EXPR_DATA: {} }],
		}),
	]);
};
const deleted = (kernel: FakeKernel): void => {
	kernel.nftables([
		request(NFT_MSG_DELTABLE, 0, { nfgen_family: 1, NFTA_TABLE_NAME: "umlnet-nl" }),
	]);
};
/** A table of an older version, without the last set, the last chain, and the rules that use them. */
const older = (kernel: FakeKernel): void => {
	flushed(kernel);
	kernel.nftables([
		request(NFT_MSG_DELCHAIN, 0, {
			nfgen_family: 1,
			NFTA_CHAIN_TABLE: "umlnet-nl",
			NFTA_CHAIN_NAME: lastChain,
		}),
		request(NFT_MSG_DELSET, 0, {
			nfgen_family: 1,
			NFTA_SET_TABLE: "umlnet-nl",
			NFTA_SET_NAME: lastSet as string,
		}),
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
			told: names.map(lostRules),
		},
		{
			name: "an older version made it",
			host: lan,
			want,
			meddle: older,
			told: [
				`nft table inet umlnet-nl has lost its chain ${lastChain}`,
				...names.slice(0, -1).map(lostRules),
			],
		},
		{
			name: "somebody put a rule into our chain",
			host: lan,
			want,
			meddle: more,
			told: [lostRules("postrouting")],
		},
		{
			name: "the policy of our chain is drop",
			host: lan,
			want,
			meddle: (kernel) => {
				kernel.nftables([
					request(NFT_MSG_NEWCHAIN, 0, { ...postrouting, NFTA_CHAIN_POLICY: NF_DROP }),
				]);
			},
			told: [lostRules("postrouting")],
		},
		{
			name: "somebody made a table of our name, with our chain",
			host: lan,
			want,
			meddle: (kernel) => {
				deleted(kernel);
				kernel.nftables([
					request(NFT_MSG_NEWTABLE, NLM_F_CREATE, {
						nfgen_family: 1,
						NFTA_TABLE_NAME: "umlnet-nl",
						NFTA_TABLE_USERDATA: Uint8Array.of(0, 5, 109, 105, 110, 101, 0),
					}),
					request(NFT_MSG_NEWCHAIN, NLM_F_CREATE, {
						...postrouting,
						NFTA_CHAIN_TYPE: "nat",
						NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 4, NFTA_HOOK_PRIORITY: 100 },
					}),
				]);
				more(kernel);
				more(kernel);
			},
			told: ["nft table inet umlnet-nl is not ours"],
			up: "refuses",
		},
	],
	refusals: [
		{ name: "a table of that name that is not ours", host: taken, want, error: "not ours" },
	],
});
