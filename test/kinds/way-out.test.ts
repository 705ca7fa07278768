import { wayOut } from "../../src/kinds/way-out.js";
import { flushed, withTable } from "./our-tables.js";
import { testKind } from "./table.js";

testKind(wayOut, {
	creations: [
		{
			name: "an uplink",
			by: "elements",
			host: withTable,
			want: { link: "eth1" },
			steps: [
				"filter: add eth1 as a way to the world",
				'  do add uplinks eth1 comment "eth1"',
				'  undo remove uplinks eth1 comment "eth1"',
			],
			removal: [
				"filter: remove eth1 as a way to the world",
				'  do remove uplinks eth1 comment "eth1"',
				'  undo add uplinks eth1 comment "eth1"',
			],
		},
	],
	drifts: [
		{
			name: "the uplinks were flushed",
			host: withTable,
			want: { link: "eth1" },
			meddle: flushed("uplinks"),
			told: ["eth1 as a way to the world is not in place"],
		},
	],
});
