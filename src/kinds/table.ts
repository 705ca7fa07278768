import { ConflictError } from "../engine/error.js";
import type { Kind, Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Request, request } from "../netlink/request.js";
import { KernelError } from "../sys/error.js";
import {
	NF_INET_POST_ROUTING,
	NF_IP_PRI_NAT_SRC,
	NFPROTO_INET,
	NFPROTO_IPV4,
} from "../uapi/netfilter.js";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import {
	NFT_MSG_DELRULE,
	NFT_MSG_DELTABLE,
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWTABLE,
} from "../uapi/nf_tables.js";
import {
	NFT_CMP_EQ,
	NFT_META_IIFNAME,
	NFT_META_NFPROTO,
	NFT_META_OIFNAME,
	NFT_NAT_SNAT,
	NFT_REG_1,
	NFT_REG_2,
	NFT_SET_MAP,
} from "../uapi/nf_tables_const.js";
import { contentsDrift } from "./contents.js";
import { TABLE } from "./mark.js";

/** Guests' segments whose packets leave an uplink under the uplink's own address. */
export const MASQUERADED = "masqueraded";
/** Guests' segments whose packets leave an uplink under an address of the user's choice. */
export const SNAT_TO = "snat_to";

export interface Table {
	readonly name: string;
}

/** Two interface names of IFNAMSIZ bytes each, one after the other. */
const KEY_BYTES = 32;
// nft's own numbers of datatypes, six bits each in a concatenation: what `nft list` reads the type from.
const TYPE_IFNAME = 41;
const TYPE_IPV4_ADDR = 7;
const KEY_TYPE = (TYPE_IFNAME << 6) | TYPE_IFNAME;
const NF_ACCEPT = 1;

/** Userdata as nft writes it: type, length, text with its NUL (libnftnl udata). */
function comment(type: number, text: string): Uint8Array {
	const bytes = new TextEncoder().encode(`${text}\0`);
	return Uint8Array.of(type, bytes.length, ...bytes);
}
const TABLE_COMMENT = 0; // libnftnl/udata.h NFTNL_UDATA_*_COMMENT
const CHAIN_COMMENT = 0;
const SET_COMMENT = 7;
const ELEMENT_COMMENT = 0;
/** The comment of a set element: whose it is. */
export const elementComment = (text: string): Uint8Array => comment(ELEMENT_COMMENT, text);

const nfgen_family = NFPROTO_INET;
const CHAIN = "postrouting";

const meta = (NFTA_META_KEY: number, NFTA_META_DREG: number) =>
	({ NFTA_EXPR_NAME: "meta", NFTA_EXPR_DATA: { NFTA_META_KEY, NFTA_META_DREG } }) as const;
/** `iifname . oifname`, loaded into one register after the other. */
const segmentAndUplink = [meta(NFT_META_IIFNAME, NFT_REG_1), meta(NFT_META_OIFNAME, NFT_REG_2)];

/** The whole ruleset: it never grows. A guest is an element of a set. */
export function ruleset(): readonly Request[] {
	const flags = NLM_F_CREATE | NLM_F_EXCL;
	return [
		request(NFT_MSG_NEWTABLE, flags, {
			nfgen_family,
			NFTA_TABLE_NAME: TABLE,
			NFTA_TABLE_USERDATA: comment(TABLE_COMMENT, "networks of virtual machines, by umlnet-nl"),
		}),
		set(1, MASQUERADED, "guest segment . uplink", {}),
		set(2, SNAT_TO, "guest segment . uplink : source address outside", {
			NFTA_SET_FLAGS: NFT_SET_MAP,
			NFTA_SET_DATA_TYPE: TYPE_IPV4_ADDR,
			NFTA_SET_DATA_LEN: 4,
		}),
		request(NFT_MSG_NEWCHAIN, flags, {
			nfgen_family,
			NFTA_CHAIN_TABLE: TABLE,
			NFTA_CHAIN_NAME: CHAIN,
			NFTA_CHAIN_TYPE: "nat",
			NFTA_CHAIN_HOOK: {
				NFTA_HOOK_HOOKNUM: NF_INET_POST_ROUTING,
				NFTA_HOOK_PRIORITY: NF_IP_PRI_NAT_SRC,
			},
			NFTA_CHAIN_POLICY: NF_ACCEPT,
			NFTA_CHAIN_USERDATA: comment(CHAIN_COMMENT, "source NAT of guests"),
		}),
		...rules(),
	];
}

const inChain = { nfgen_family, NFTA_RULE_TABLE: TABLE, NFTA_RULE_CHAIN: CHAIN } as const;

function rules(): readonly Request[] {
	const expressions: readonly Expressions[] = [
		[...segmentAndUplink, lookup(MASQUERADED), masquerade],
		[
			meta(NFT_META_NFPROTO, NFT_REG_1),
			isIPv4,
			...segmentAndUplink,
			lookup(SNAT_TO, NFT_REG_1),
			snat,
		],
	];
	return expressions.map((NFTA_RULE_EXPRESSIONS) =>
		request(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, { ...inChain, NFTA_RULE_EXPRESSIONS }),
	);
}
const flush = request(NFT_MSG_DELRULE, 0, inChain);

const set = (NFTA_SET_ID: number, name: string, text: string, more: object): Request =>
	request(NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_EXCL, {
		nfgen_family,
		NFTA_SET_TABLE: TABLE,
		NFTA_SET_NAME: name,
		NFTA_SET_ID,
		NFTA_SET_KEY_TYPE: KEY_TYPE,
		NFTA_SET_KEY_LEN: KEY_BYTES,
		NFTA_SET_USERDATA: comment(SET_COMMENT, text),
		...more,
	});
const lookup = (NFTA_LOOKUP_SET: string, NFTA_LOOKUP_DREG?: number) =>
	({
		NFTA_EXPR_NAME: "lookup",
		NFTA_EXPR_DATA: { NFTA_LOOKUP_SET, NFTA_LOOKUP_SREG: NFT_REG_1, NFTA_LOOKUP_DREG },
	}) as const;
const masquerade = { NFTA_EXPR_NAME: "masq", NFTA_EXPR_DATA: {} } as const;
const isIPv4 = {
	NFTA_EXPR_NAME: "cmp",
	NFTA_EXPR_DATA: {
		NFTA_CMP_SREG: NFT_REG_1,
		NFTA_CMP_OP: NFT_CMP_EQ,
		NFTA_CMP_DATA: { NFTA_DATA_VALUE: Uint8Array.of(NFPROTO_IPV4) },
	},
} as const;
const snat = {
	NFTA_EXPR_NAME: "nat",
	NFTA_EXPR_DATA: {
		NFTA_NAT_TYPE: NFT_NAT_SNAT,
		NFTA_NAT_FAMILY: NFPROTO_IPV4,
		NFTA_NAT_REG_ADDR_MIN: NFT_REG_1,
	},
} as const;

type Expressions = NonNullable<
	Parameters<typeof NFT_MSG_NEWRULE.encode>[0]["NFTA_RULE_EXPRESSIONS"]
>;

const drop: Action = {
	via: "nftables",
	batch: [request(NFT_MSG_DELTABLE, 0, { nfgen_family, NFTA_TABLE_NAME: TABLE })],
};

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
	do: { via: "nftables", batch: [flush, ...rules()] },
	undo: [{ via: "nftables", batch: [flush] }],
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
			do: { via: "nftables", batch: ruleset() },
			undo: [drop],
		},
	],
	remove: () => [
		{
			label: `delete nft table inet ${TABLE}`,
			phase: "filter",
			do: drop,
			undo: [{ via: "nftables", batch: ruleset() }],
		},
	],
	drift(_made, kernel) {
		const count = countRules(kernel);
		if (count !== undefined)
			return count < rules().length ? [`nft table inet ${TABLE} has lost its rules`] : [];
		return [`nft table inet ${TABLE} ${isThere(kernel) ? "has lost its chain" : "is gone"}`];
	},
	verify(made, kernel) {
		return isThere(kernel) ? contentsDrift(kernel, TABLE, ruleset()) : this.drift(made, kernel);
	},
	strays: (made, kernel) =>
		made.length === 0 && isThere(kernel) ? [`nft table inet ${TABLE} is not ours`] : [],
	change(_made, next, kernel) {
		const count = countRules(kernel);
		if (count !== undefined) return count < rules().length ? [refill] : [];
		if (!isThere(kernel)) return this.create(next);
		throw new ConflictError(`nft table inet ${TABLE}`, "one without our chain", "ours", {
			hint: `remove it if nobody needs it: nft delete table inet ${TABLE}; then up again`,
		});
	},
};
