/**
 * What the journal can make us do. Whoever can write to it could usually do the same without us, so its directory is
 * protected. In addition, everything that is read from it is checked here, and is done only if kinds do such things:
 * only settings of interfaces and of forwarding, only messages about our own table, only links whose index we have
 * chosen are deleted.
 */
import type { JournalRecord, StepRecord } from "../engine/journal/record.js";
import type { Delta, Entry } from "../engine/state.js";
import type { Action, ActionOf, Identity } from "../kernel/action.js";
import { FIRST_CHOSEN_INDEX } from "../kernel/kernel.js";
import type { Request } from "../netlink/request.js";
import { IFF_UP } from "../uapi/if.js";
import { kinds } from "./index.js";
import { isAlias, TABLE } from "./mark.js";
import { isSettingPath } from "./setting-path.js";
import {
	type Check,
	isChosenIndex,
	isCidr,
	isFlag,
	isLine,
	isLinkIndex,
	isLinkName,
	isListOf,
	isMac,
	isMapOf,
	isOptional,
	isText,
	isWhole,
} from "./shape.js";

/** Why a record contains something that we never do, in words; undefined if all of it may be ours. */
export function flawOf(record: JournalRecord): string | undefined {
	if ("checkpoint" in record) return deltaFlaw(record.checkpoint);
	// All types of records are checked alike, so that none is forgotten: both what is to be done, and the resulting
	// state.
	const [body] = Object.values(record) as readonly Body[];
	return stepsFlaw(body?.steps ?? []) ?? (body?.delta && deltaFlaw(body.delta));
}

interface Body {
	readonly transaction: string;
	readonly steps?: readonly StepRecord[];
	readonly delta?: Delta | undefined;
}

const stepsFlaw = (steps: readonly StepRecord[]): string | undefined =>
	first(steps, ({ actions }) => first(actions, actionFlaw));

const deltaFlaw = ({ put, up, networks = [] }: Delta): string | undefined =>
	first(put, entryFlaw) ??
	first(up, ({ report }) => (isReport(report) ? undefined : "no tap")) ??
	// What is in it is checked as any spec when it is used.
	first(networks, (network) => (isNetwork(network) ? undefined : "no network"));

const isNetwork = isMapOf({ name: isText, mode: isText });

function first<T>(all: readonly T[], flaw: (one: T) => string | undefined): string | undefined {
	for (const one of all) {
		const found = flaw(one);
		if (found !== undefined) return found;
	}
	return undefined;
}

const entryFlaw = ({ kind, key, made }: Entry): string | undefined =>
	kinds.get(kind)?.isMade(made) === true ? undefined : `${key}, which is no ${kind} of ours`;

const isReport = isMapOf({
	name: isLinkName,
	index: isWhole(0, 0x7fff_ffff),
	network: isText,
	mode: isText,
	owner: isOptional(isWhole(0, 0xffff_ffff)),
	group: isOptional(isWhole(0, 0xffff_ffff)),
	mac: isOptional(isMac),
	mtu: isOptional(isWhole(0, 0xffff_ffff)),
	multiQueue: isFlag,
	vnetHdr: isFlag,
	bridge: isOptional(isLinkName),
	uplink: isOptional(isLinkName),
	addresses: isListOf(isCidr),
	guest: isMapOf({ addresses: isListOf(isCidr), mac: isOptional(isMac) }),
	publish: isOptional(isListOf(isText)),
	pool: isOptional(isText),
	bind: isOptional(isMapOf({ process: isText })),
});

const isIdentity: Check = isMapOf({
	index: isLinkIndex,
	name: isLinkName,
	alias: isOptional(isText),
	master: isOptional(isWhole(0, 0x7fff_ffff)),
});

/** Why an action cannot be ours. */
function actionFlaw(action: Action): string | undefined {
	switch (action.via) {
		case "sysctl":
			return settingFlaw(action);
		case "nftables":
			return first(action.batch, (message) =>
				isInOurTable(message) ? undefined : `${message.message.name} for another table than ours`,
			);
		case "rtnetlink":
			return rtnetlinkFlaw(action);
		case "router":
			return isRouter(action.add) ? undefined : "a default router";
		case "unlink":
			return isOurLink(action.link) ? undefined : `deleting link ${action.link.name}`;
		default:
			return action.via;
	}
}

function settingFlaw({ path, value, only }: ActionOf<"sysctl">): string | undefined {
	if (!isSettingPath(path)) return `writing /proc/sys/${path}`;
	return isLine(value) && isOptional(isLine)(only) ? undefined : `what is written to ${path}`;
}

/** The attributes with the name of the table that a message is about. */
const TABLE_NAMES = [
	"NFTA_TABLE_NAME",
	"NFTA_CHAIN_TABLE",
	"NFTA_RULE_TABLE",
	"NFTA_SET_TABLE",
	"NFTA_SET_ELEM_LIST_TABLE",
	"NFTA_OBJ_TABLE",
	"NFTA_FLOWTABLE_TABLE",
] as const;
function isInOurTable({ value }: Request): boolean {
	const named = TABLE_NAMES.map((name) => (value as Record<string, unknown>)[name]);
	return named.includes(TABLE) && named.every((name) => name === undefined || name === TABLE);
}

const isRouter = isMapOf({
	link: isLinkIndex,
	gateway: (value) => value instanceof Uint8Array && value.length === 16,
	metric: isWhole(0, 0xffff_ffff),
	preference: isWhole(0, 3),
	expires: isWhole(0, 0xffff_ffff),
});

const isOurLink = (link: Identity): boolean =>
	isIdentity(link) && link.index >= FIRST_CHOSEN_INDEX && isAlias(link.alias);

/** All attributes of a link that we ever set: none that moves it elsewhere or renames it. */
const SETTABLE = new Set([
	"ifi_family",
	"ifi_type",
	"ifi_index",
	"ifi_flags",
	"ifi_change",
	"IFLA_IFALIAS",
	"IFLA_ADDRESS",
	"IFLA_MTU",
	"IFLA_TXQLEN",
	"IFLA_GROUP",
	"IFLA_MASTER",
	"IFLA_AF_SPEC",
	"IFLA_LINKINFO",
]);

/** Of the attributes of a kind of link, we only set spanning tree. */
const isSpanningTree = isOptional(
	isMapOf({
		IFLA_INFO_KIND: (kind) => kind === "bridge",
		IFLA_INFO_DATA: (data) => Object.keys(data as object).join() === "IFLA_BR_STP_STATE",
	}),
);

function rtnetlinkFlaw({ request, only }: ActionOf<"rtnetlink">): string | undefined {
	const { message, flags, value } = request;
	if (only !== undefined && !isIdentity(only)) return `the link of ${message.name}`;
	// Queues are slowed down on links that we made alone.
	const { tcm_ifindex = FIRST_CHOSEN_INDEX } = value as Record<string, unknown>;
	if (!isChosenIndex(tcm_ifindex)) return `${message.name} of link ${tcm_ifindex}`;
	if (message.name !== "RTM_NEWLINK") return undefined;
	const given = value as Record<string, unknown>;
	const { ifi_index, ifi_change = 0 } = given;
	const isSetting =
		flags === 0 &&
		isLinkIndex(ifi_index) &&
		((ifi_change as number) & ~IFF_UP) === 0 &&
		isSpanningTree(given.IFLA_LINKINFO) &&
		Object.keys(given).every((name) => SETTABLE.has(name) || given[name] === undefined);
	return isSetting ? undefined : `${message.name} of link ${ifi_index}`;
}
