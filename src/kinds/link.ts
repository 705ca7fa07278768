import type { Action, Identity } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import type { Link } from "../kernel/read.js";
import { Writer } from "../netlink/bytes.js";
import { request } from "../netlink/request.js";
import { be16, be32, type In, struct } from "../netlink/schema.js";
import { IFF_UP } from "../uapi/if.js";
import { ETH_ALEN, ETH_DATA_LEN } from "../uapi/if_ether.js";
import {
	type ifinfomsg,
	type linkAttrs,
	RTEXT_FILTER_SKIP_STATS,
	RTM_GETLINK,
	RTM_NEWLINK,
} from "../uapi/if_link.js";
import { isAlias } from "./mark.js";
import type { Settable, Values } from "./settable.js";

type Setting = In<typeof linkAttrs> & Partial<In<typeof ifinfomsg>>;

/** Change settings of a link that exists, the one of this `ifi_index`: only what is named changes. */
export function setLink(
	setting: Setting & { readonly ifi_index: number },
	only?: Identity,
): Action {
	const change = request(RTM_NEWLINK, 0, setting);
	return only === undefined
		? { via: "rtnetlink", request: change }
		: { via: "rtnetlink", request: change, only };
}

/** The flags of a setting that brings a link up. */
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

/** A locally administered address of our own, as unlikely to repeat as the index it is made of. */
export function macBytesOf(index: number): Uint8Array {
	scratch.reset();
	localMac.write(scratch, { prefix: 0x0275, index });
	return scratch.finish();
}
/** 02 at the beginning says: administered locally. */
const localMac = struct({ prefix: be16, index: be32 });
const scratch = new Writer(ETH_ALEN);
export const macOf = (index: number): string => macText(macBytesOf(index));

/** Of a new link of Ethernet (ether_setup, net/ethernet/eth.c). */
export const DEFAULT_MTU = ETH_DATA_LEN;

/** Links of one sort that carry our alias and are none of ours. */
export function strayLinks(
	kernel: Kernel,
	kind: string,
	made: readonly { readonly index: number }[],
): string[] {
	const ours = new Set(made.map(({ index }) => index));
	return kernel
		.dump(RTM_GETLINK, RTM_NEWLINK, { IFLA_EXT_MASK: RTEXT_FILTER_SKIP_STATS })
		.filter(({ IFLA_LINKINFO: info }) => info?.IFLA_INFO_KIND === kind)
		.filter(({ IFLA_IFALIAS, ifi_index }) => isAlias(IFLA_IFALIAS) && !ours.has(ifi_index))
		.map(({ IFLA_IFNAME, IFLA_IFALIAS }) => `link ${IFLA_IFNAME}, alias ${IFLA_IFALIAS}`);
}

interface WantedLink {
	readonly name: string;
	readonly alias: string;
	readonly mac?: string | undefined;
	readonly parked?: boolean | undefined;
}

/** What of a link is not as wanted, in words; only what is wanted is compared. */
export function linkDrift<Name extends string>(
	link: Link,
	want: WantedLink & Values<Name>,
	settable: Settable<Name>,
): string[] {
	const out: string[] = [];
	const tell = (what: string, found: unknown, wanted: unknown): void => {
		if (wanted !== undefined && found !== wanted)
			out.push(`${want.name}: ${what} is ${found ?? "not set"}, was made ${wanted}`);
	};
	tell("name", link.IFLA_IFNAME, want.name);
	tell("alias", link.IFLA_IFALIAS, want.alias);
	tell("address", macText(link.IFLA_ADDRESS), want.mac);
	for (const [name, attribute] of settable.lines) tell(name, link[attribute], want[name]);
	tell("state", (link.ifi_flags & IFF_UP) === 0 ? "down" : "up", want.parked ? "down" : "up");
	return out;
}
