import { publishing } from "../../src/kinds/publishing.js";
import { flushed, withTable } from "./our-tables.js";
import { testKind } from "./table.js";

const want = { segment: "t1", network: "lab" };

testKind(publishing, {
	creations: [
		{
			name: "a segment that publishes",
			host: withTable,
			want,
			steps: [
				"filter: let the host and t1 itself reach published ports of t1",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publishing NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 . t1 NFTA_SET_ELEM_USERDATA comment "lab"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publishing NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 . t1 NFTA_SET_ELEM_USERDATA comment "lab"',
			],
			removal: [
				"filter: let nobody reach published ports of t1 any more",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publishing NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 . t1 NFTA_SET_ELEM_USERDATA comment "lab"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publishing NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 . t1 NFTA_SET_ELEM_USERDATA comment "lab"',
			],
		},
	],
	drifts: [
		{
			name: "its element was flushed",
			host: withTable,
			want,
			meddle: flushed("publishing"),
			told: ["nothing is known of published ports of t1"],
		},
	],
});
