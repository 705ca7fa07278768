import type { Stray, StrayLook } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import type { Action, Identity } from "../kernel/action.js";
import type { Link } from "../kernel/read.js";
import { Writer } from "../netlink/bytes.js";
import { request } from "../netlink/request.js";
import { be16, be32, type In, struct } from "../netlink/schema.js";
import { IFF_UP } from "../uapi/if.js";
import { ETH_ALEN, ETH_DATA_LEN } from "../uapi/if_ether.js";
import { type ifinfomsg, type linkAttrs, RTM_NEWLINK } from "../uapi/if_link.js";
import { reported } from "./difference.js";
import { isAlias, noted, readAlias } from "./mark.js";
import type { Settable, Values } from "./settable.js";

type Setting = In<typeof linkAttrs> & Partial<In<typeof ifinfomsg>>;

/** Change settings of the existing link with this `ifi_index`. Attributes that are not given stay as they are. */
export function setLink(
	setting: Setting & { readonly ifi_index: number },
	only?: Identity,
): Action {
	const change = request(RTM_NEWLINK, 0, setting);
	return only === undefined
		? { via: "rtnetlink", request: change }
		: { via: "rtnetlink", request: change, only };
}

/** The flags that set a link up. */
export const UP = { ifi_flags: IFF_UP, ifi_change: IFF_UP } as const;

/** `02:00:00:00:00:01` as bytes. */
export function macBytes(mac: string): Uint8Array {
	const bytes = new Uint8Array(ETH_ALEN);
	for (let i = 0; i < ETH_ALEN; i++) bytes[i] = Number.parseInt(mac.slice(3 * i, 3 * i + 2), 16);
	return bytes;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Bytes as `02:00:00:00:00:01`. */
export function macText(bytes: Uint8Array | undefined): string {
	let text = "";
	for (const byte of bytes ?? []) text += text === "" ? HEX[byte] : `:${HEX[byte]}`;
	return text;
}

/** A locally administered MAC, which is unique as far as the index that it is made from is. */
export function macBytesOf(index: number): Uint8Array {
	scratch.reset();
	localMac.write(scratch, { prefix: 0x0275, index });
	return scratch.finish();
}
/** A first byte of 02 means a locally administered address. */
const localMac = struct({ prefix: be16, index: be32 });
const scratch = new Writer(ETH_ALEN);
export const macOf = (index: number): string => macText(macBytesOf(index));

/** The MTU of a new Ethernet link (ether_setup, net/ethernet/eth.c). */
export const DEFAULT_MTU = ETH_DATA_LEN;

/** A link with our alias, and the contents of the alias. */
export interface MarkedLink {
	readonly link: Link;
	readonly name: string;
	readonly network: string;
	readonly notes: readonly string[];
}

const allMarked = (links: readonly Link[]): MarkedLink[] =>
	links.flatMap((link) => {
		const { IFLA_IFALIAS: alias = "", IFLA_IFNAME: name = "" } = link;
		return isAlias(alias) ? [{ link, name, ...readAlias(alias) }] : [];
	});

/** Links with our alias, except for those that another state directory remembers according to their alias. */
export const markedLinks = ({ links, place }: Pick<StrayLook, "links" | "place">): MarkedLink[] =>
	allMarked(links).filter(({ notes }) => !isElsewhere(notes, place));

/** Links with our alias that another state directory than this one remembers, so they are not strays. */
export const linksElsewhere = ({
	links,
	place,
}: Pick<StrayLook, "links" | "place">): MarkedLink[] =>
	allMarked(links).filter(({ notes }) => isElsewhere(notes, place));

/** An alias without such a note is from an older version, and may belong to any state directory. */
function isElsewhere(notes: readonly string[], place: string | undefined): boolean {
	const state = noted("state", notes);
	return state !== undefined && state !== place;
}

/** The links that the notes in aliases of ours mention. */
export function notedLinks(look: StrayLook, what: string): Link[] {
	const names = new Set(markedLinks(look).map(({ notes }) => noted(what, notes)));
	return look.links.filter(
		({ IFLA_IFNAME }) => IFLA_IFNAME !== undefined && names.has(IFLA_IFNAME),
	);
}

/** Links of one type that have our alias and are not among these, each with what it may have been made as. */
export function strayLinks<M>(
	look: StrayLook,
	kind: string,
	made: readonly { readonly index: number }[],
	madeOf: (marked: MarkedLink) => M,
): Stray<M>[] {
	const ours = new Set(made.map(({ index }) => index));
	return markedLinks(look)
		.filter(({ link }) => link.IFLA_LINKINFO?.IFLA_INFO_KIND === kind && !ours.has(link.ifi_index))
		.map((marked) => ({
			what: `link ${marked.name}, alias ${marked.link.IFLA_IFALIAS}`,
			made: madeOf(marked),
		}));
}

interface WantedLink {
	readonly name: string;
	readonly alias: string;
	readonly mac?: string | undefined;
	readonly parked?: boolean | undefined;
}

/** The settings of a link that are not as wanted. Only wanted values are compared. */
export function linkDrift<Name extends string>(
	link: Link,
	want: WantedLink & Values<Name>,
	settable: Settable<Name>,
): Difference[] {
	const out: Difference[] = [];
	const tell = (field: string, found: unknown, wanted: unknown): void => {
		if (wanted === undefined || found === wanted) return;
		const message = `${want.name}: ${field} is ${found ?? "not set"}, was made ${wanted}`;
		const values = { wanted: reported(wanted), found: reported(found) };
		out.push({ object: `link ${want.name}`, field, ...values, message });
	};
	tell("name", link.IFLA_IFNAME, want.name);
	tell("alias", link.IFLA_IFALIAS, want.alias);
	tell("address", macText(link.IFLA_ADDRESS), want.mac);
	for (const [name, attribute] of settable.lines) tell(name, link[attribute], want[name]);
	tell("state", (link.ifi_flags & IFF_UP) === 0 ? "down" : "up", want.parked ? "down" : "up");
	return out;
}
