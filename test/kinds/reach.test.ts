import { reach } from "../../src/kinds/reach.js";
import { flushed, withTable } from "./our-tables.js";
import { testKind } from "./table.js";

const toOthers = { from: "lab", to: "db", groups: [5, 6] } as const;
const among = { from: "lab", to: "lab", groups: [5, 5] } as const;

testKind(reach, {
	creations: [
		{
			name: "a network that reaches another",
			by: "elements",
			host: withTable,
			want: toOthers,
			steps: [
				"filter: add way from guests of lab to those of db",
				'  do add reaches group 5 . group 6 comment "lab db"',
				'  undo remove reaches group 5 . group 6 comment "lab db"',
			],
			removal: [
				"filter: remove way from guests of lab to those of db",
				'  do remove reaches group 5 . group 6 comment "lab db"',
				'  undo add reaches group 5 . group 6 comment "lab db"',
			],
		},
		{
			name: "guests of one network on segments of their own",
			by: "elements",
			host: withTable,
			want: among,
			steps: [
				"filter: add way between guests of lab",
				'  do add siblings group 5 . group 5 comment "lab"',
				'  undo remove siblings group 5 . group 5 comment "lab"',
			],
			removal: [
				"filter: remove way between guests of lab",
				'  do remove siblings group 5 . group 5 comment "lab"',
				'  undo add siblings group 5 . group 5 comment "lab"',
			],
		},
	],
	drifts: [
		{
			name: "what networks reach was flushed",
			host: withTable,
			want: toOthers,
			meddle: flushed("reaches"),
			told: ["way from guests of lab to those of db is not in place"],
		},
		{
			name: "who is of one network was flushed",
			host: withTable,
			want: among,
			meddle: flushed("siblings"),
			told: ["way between guests of lab is not in place"],
		},
	],
});
