import { describe } from "../netlink/describe.js";
import type { Request } from "../netlink/request.js";
import { IFF_UP } from "../uapi/if.js";
import { NLM_F_EXCL } from "../uapi/netlink.js";
import type { DefaultRouter, Kernel, TapRequest } from "./kernel.js";
import { shownSetting } from "./secret.js";

/**
 * What a link must still be for an action to touch it: it must have the index, and one of the marks that we chose
 * before it was made. A link that only has the same name belongs to somebody else.
 */
export interface Identity {
	readonly index: number;
	/** The name under which we made it, or the alias that we gave it. It must still have one of them. */
	readonly name: string;
	readonly alias?: string | undefined;
	/** The index of its master, which must still be the same. */
	readonly master?: number | undefined;
}

/**
 * One change of a host, as plain data: printed by `plan`, written to the journal, run by a driver, compared in tests.
 */
export type Action =
	/** One rtnetlink message. Consecutive ones are sent together. Skipped if the link is not `only` any more. */
	| { readonly via: "rtnetlink"; readonly request: Request; readonly only?: Identity | undefined }
	/** Messages of an nf_tables batch. Consecutive actions are committed as one batch. */
	| {
			readonly via: "nftables";
			readonly batch: readonly Request[];
			/** The name of the table that the batch makes whole. The journal remembers that instead of the messages. */
			readonly table?: string | undefined;
	  }
	/** One value below /proc/sys. Skipped if the present value is not `only`. */
	| {
			readonly via: "sysctl";
			readonly path: string;
			readonly value: string;
			readonly only?: string | undefined;
	  }
	/** A default router that the kernel treats as learned from a router advertisement, which rtnetlink cannot add. */
	| { readonly via: "router"; readonly add: DefaultRouter }
	/** Create a tap and hold it open. Until it is persistent it is deleted with this process. */
	| { readonly via: "tun"; readonly create: TapRequest }
	/** Let the tap outlive this process. */
	| { readonly via: "persist"; readonly name: string }
	/** Delete a link if it is still the one we made. Consecutive ones are deleted as one group. */
	| { readonly via: "unlink"; readonly link: Identity };

/** The types of actions. */
export type Via = Action["via"];
export type ActionOf<V extends Via> = Extract<Action, { via: V }>;

/** The properties of a type of action, apart from how it is run (execute.ts). */
interface Traits<A extends Action> {
	/** The messages for the kernel, attribute by attribute. */
	messages(action: A): readonly string[];
	/** Set if actions that run together take effect together: if one is refused, none of them has done anything. */
	readonly isAtomic?: true;
	/** Set if it cannot be undone, so that it must run when everything else is done. */
	readonly isIrreversible?: true;
	/** Whether it deletes an object. */
	deletes?(action: A): boolean;
	/** The link that the action deletes. */
	deletedLink?(action: A): Identity;
	/** The indexes of the links that the action needs. */
	links?(action: A): readonly number[];
	/** The indexes of the links whose packets no longer arrive as before. */
	cuts?(action: A): readonly number[];
	/** Close what this process still holds open after the action was undone. */
	release?(kernel: Kernel, action: A): void;
}

const TRAITS: { readonly [V in Via]: Traits<ActionOf<V>> } = {
	rtnetlink: {
		messages: ({ request }) => [describe(request)],
		deletes: ({ request }) => request.message.name.startsWith("RTM_DEL"),
		links: ({ request }) => linksIn(request),
		cuts: ({ request }) => cutIn(request),
	},
	nftables: {
		messages: ({ batch }) => batch.map(describe),
		isAtomic: true,
		deletes: ({ batch }) =>
			batch.some(isDeletion) && batch.every((one) => isDeletion(one) || isLenient(one)),
	},
	sysctl: {
		messages: ({ path, value }) => [`write ${shownSetting(path, value)} to /proc/sys/${path}`],
	},
	router: {
		messages: ({ add: { gateway, metric, expires } }) => [
			`SIOCADDRT\n  rtmsg_gateway ${gatewayText(gateway)}\n  rtmsg_metric ${metric}\n  rtmsg_info ${expires}`,
		],
		links: ({ add: { link } }) => [link],
	},
	tun: {
		messages: ({ create: { name, index, owner, group } }) => [
			[
				`TUNSETIFINDEX ${index}`,
				`TUNSETIFF ${name}`,
				...(owner === undefined ? [] : [`TUNSETOWNER ${owner}`]),
				...(group === undefined ? [] : [`TUNSETGROUP ${group}`]),
			].join("\n"),
		],
		release: (kernel, { create: { name } }) => kernel.dropTap(name),
	},
	persist: { messages: () => ["TUNSETPERSIST 1"] },
	unlink: {
		messages: ({ link }) => [`RTM_DELLINK\n  ifi_index ${link.index}`],
		isIrreversible: true,
		deletes: () => true,
		deletedLink: ({ link }) => link,
		cuts: ({ link }) => [link.index],
	},
};
const isDeletion = ({ message: { name } }: Request): boolean =>
	name.startsWith("NFT_MSG_DEL") || name.startsWith("NFT_MSG_DESTROY");
/** It adds elements that may be there: that makes sure that there is something to delete. */
const isLenient = ({ message: { name }, flags }: Request): boolean =>
	name === "NFT_MSG_NEWSETELEM" && (flags & NLM_F_EXCL) === 0;
const gatewayText = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const traitsOf = ({ via }: Action): Traits<Action> => TRAITS[via];

/** The messages for the kernel, attribute by attribute: what `plan -v` prints. */
export const messagesOf = (action: Action): readonly string[] => traitsOf(action).messages(action);

/** Whether consecutive actions run together, in one send, one batch or one group. */
export const runTogether = (a: Action, b: Action): boolean => a.via === b.via;

/** Whether, of actions that run together, none has done anything if one was refused. */
export const isAtomic = (action: Action): boolean => traitsOf(action).isAtomic === true;

/** Whether nothing undoes the action. */
export const isIrreversible = (action: Action): boolean => traitsOf(action).isIrreversible === true;

/** Whether the action deletes an object, so that a missing object is no error. */
export const deletes = (action: Action): boolean => traitsOf(action).deletes?.(action) === true;

/** The link that the action deletes, if any. */
export const deletedLink = (action: Action): Identity | undefined =>
	traitsOf(action).deletedLink?.(action);

/** Close what this process still holds open after an action was undone. */
export function release(kernel: Kernel, action: Action): void {
	traitsOf(action).release?.(kernel, action);
}

/** The indexes of the links that an action needs. */
export const linksOf = (action: Action): readonly number[] =>
	traitsOf(action).links?.(action) ?? [];

/**
 * The indexes of the links that it deletes, or whose packets then arrive through another link or have no address to go
 * to.
 */
export const cutLinks = (action: Action): readonly number[] =>
	traitsOf(action).cuts?.(action) ?? [];

function cutIn({ message: { name }, value }: Request): number[] {
	const fields = value as Readonly<Record<string, number | undefined>>;
	if (name === "RTM_DELADDR") return [fields.ifa_index ?? 0];
	if (name === "RTM_DELLINK") return [fields.ifi_index ?? 0];
	const { ifi_index = 0, ifi_flags = 0, ifi_change = 0, IFLA_MASTER } = fields;
	const goesDown = (ifi_change & IFF_UP) !== 0 && (ifi_flags & IFF_UP) === 0;
	return name === "RTM_NEWLINK" && (IFLA_MASTER !== undefined || goesDown) ? [ifi_index] : [];
}

/** The members of rtnetlink messages that contain an index of a link. A master of 0 means none. */
const LINK_FIELDS = [
	"ifi_index",
	"IFLA_MASTER",
	"ifa_index",
	"tcm_ifindex",
	"ndm_ifindex",
	"RTA_OIF",
	"NHA_OIF",
] as const;

function linksIn({ value }: Request): number[] {
	const fields = value as Readonly<Record<string, unknown>>;
	return LINK_FIELDS.map((field) => fields[field]).filter(
		(index) => typeof index === "number" && index !== 0,
	) as number[];
}
