import type { StatementJson } from "../../../nftables/index.js";
import { dropLimit } from "../guard/drop.js";
import { bridgedConnections, connections } from "../set/connections.js";
import type { Chain } from "../table.js";

const isNew: StatementJson = {
	match: { op: "in", left: { ct: { key: "state" } }, right: "new" },
};
const by = (key: "iifname" | "oifname"): StatementJson => ({
	match: { op: "==", left: { meta: { key } }, right: `@${connections.set.name}` },
});
const fromBridge: StatementJson = {
	match: {
		op: "==",
		left: {
			concat: [{ meta: { key: "iifname" } }, { payload: { protocol: "ether", field: "saddr" } }],
		},
		right: `@${bridgedConnections.set.name}`,
	},
};
/** What a guest sends is counted for it; what others send to it is not its doing. */
const dropOfGuest: StatementJson = { goto: { target: dropLimit.create.name } };
const drop: StatementJson = { drop: null };

/** Before all filters: what is dropped by those is a connection of the guest as well until it times out. */
const before = (hook: "forward" | "input", comment: string) =>
	({ name: `limit_${hook}`, type: "filter", hook, prio: -10, policy: "accept", comment }) as const;

/** Connections of guests, to them and from them: each that is new is counted, and one too many goes no further. */
export const limitForward: Chain = {
	create: before("forward", "connections of guests at once"),
	rules: [
		[isNew, by("iifname"), dropOfGuest],
		[isNew, by("oifname"), drop],
		[isNew, fromBridge, dropOfGuest],
	],
};

/** The same of what guests open to the host itself. */
export const limitInput: Chain = {
	create: before("input", "connections of guests at once, to the host"),
	rules: [
		[isNew, by("iifname"), dropOfGuest],
		[isNew, fromBridge, dropOfGuest],
	],
};
