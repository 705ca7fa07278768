import { ConflictError } from "../engine/error.js";
import type { Kind, Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { KernelError } from "../sys/error.js";
import { NFPROTO_INET } from "../uapi/netfilter.js";
import {
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWTABLE,
} from "../uapi/nf_tables.js";
import { alreadyThere } from "./conflict.js";
import { contentsDrift } from "./table-diff.js";
import { TABLE } from "./mark.js";
import { create, drop, flush, rules } from "./ruleset-messages.js";

export interface Table {
	readonly name: string;
}

const nfgen_family = NFPROTO_INET;
const CHAIN = "postrouting";

const make = { via: "nftables", batch: [...create, ...rules] } as const satisfies Action;
const unmake: Action = { via: "nftables", batch: drop };

/** Whether the table is there at all. */
function isThere(kernel: Kernel): boolean {
	try {
		const name = { nfgen_family, NFTA_TABLE_NAME: TABLE };
		return kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, name, false).length > 0;
	} catch (error) {
		if (error instanceof KernelError && error.errno === "ENOENT") return false;
		throw error;
	}
}

/** How many rules our chain has; undefined where there is no such chain. */
function countRules(kernel: Kernel): number | undefined {
	try {
		const name = { nfgen_family, NFTA_CHAIN_TABLE: TABLE, NFTA_CHAIN_NAME: CHAIN };
		const [chain] = kernel.readNftables(NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN, name, false);
		return chain?.NFTA_CHAIN_USE;
	} catch (error) {
		if (error instanceof KernelError && error.errno === "ENOENT") return undefined;
		throw error;
	}
}

/** Somebody emptied the chain (`nft flush table`): the sets are still there, nothing looks into them. */
const refill: Step = {
	label: `put the rules back into nft table inet ${TABLE}`,
	phase: "filter",
	do: { via: "nftables", batch: [...flush, ...rules] },
	undo: [{ via: "nftables", batch: flush }],
};

/** Our nf_tables table: static chains that look guests up in sets. Made with its first user. */
export const table: Kind<Table, Table> = {
	kind: "table",
	key: ({ name }) => `table:${name}`,
	resolve(want, { kernel }) {
		if (isThere(kernel))
			throw new ConflictError(`nft table inet ${TABLE}`, "one that is not ours", "a new one", {
				hint: `remove it if nobody needs it: nft delete table inet ${TABLE}`,
			});
		return want;
	},
	create: () => [
		{
			label: `create nft table inet ${TABLE}`,
			phase: "filter",
			do: make,
			undo: [unmake],
			conflict: alreadyThere(`nft table inet ${TABLE}`, "nft list ruleset"),
		},
	],
	remove: () => [
		{
			label: `delete nft table inet ${TABLE}`,
			phase: "filter",
			do: unmake,
			undo: [make],
		},
	],
	drift(_made, kernel) {
		const count = countRules(kernel);
		if (count !== undefined)
			return count < rules.length ? [`nft table inet ${TABLE} has lost its rules`] : [];
		return [`nft table inet ${TABLE} ${isThere(kernel) ? "has lost its chain" : "is gone"}`];
	},
	verify(made, kernel) {
		return isThere(kernel) ? contentsDrift(kernel, TABLE, make.batch) : this.drift(made, kernel);
	},
	strays: (made, kernel) =>
		made.length === 0 && isThere(kernel) ? [`nft table inet ${TABLE} is not ours`] : [],
	change(_made, next, kernel) {
		const count = countRules(kernel);
		if (count !== undefined) return count < rules.length ? [refill] : [];
		if (!isThere(kernel)) return this.create(next);
		throw new ConflictError(`nft table inet ${TABLE}`, "one without our chain", "ours", {
			hint: `remove it if nobody needs it: nft delete table inet ${TABLE}; then up again`,
		});
	},
};
