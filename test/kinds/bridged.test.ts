import { bridged } from "../../src/kinds/bridged.js";
import { flushed, withTable } from "./our-tables.js";
import { testKind } from "./table.js";

const want = { bridge: "br0", network: "lab" };

testKind(bridged, {
	creations: [
		{
			name: "a bridge with guests",
			by: "elements",
			host: withTable,
			want,
			steps: [
				"filter: add way from port to port of br0",
				'  do add bridged br0 . br0 comment "lab"',
				'  undo remove bridged br0 . br0 comment "lab"',
			],
			removal: [
				"filter: remove way from port to port of br0",
				'  do remove bridged br0 . br0 comment "lab"',
				'  undo add bridged br0 . br0 comment "lab"',
			],
		},
	],
	drifts: [
		{
			name: "bridges were flushed",
			host: withTable,
			want,
			meddle: flushed("bridged"),
			told: ["way from port to port of br0 is not in place"],
		},
	],
});
