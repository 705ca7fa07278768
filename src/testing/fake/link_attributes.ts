import { IFF_UP } from "../../uapi/if.js";
import type { RTM_NEWLINK } from "../../uapi/if_link.js";
import { type Link, linkNamed, type Namespace } from "./namespace.js";
import { hex, Refusal } from "./refusal.js";
import type { Given } from "./value.js";

export type LinkValue = Given<typeof RTM_NEWLINK>;

/**
 * The link that a message means: by index if the message has one, else by name. With an index the name is not compared.
 */
export function findLink(ns: Namespace, value: LinkValue): Link | undefined {
	const index = value.ifi_index ?? 0;
	if (index !== 0) return ns.links.get(index);
	return value.IFLA_IFNAME === undefined ? undefined : linkNamed(ns, value.IFLA_IFNAME);
}

const nameIsBad = (name: string): boolean =>
	name === "" || name === "." || name === ".." || /[/:\s]/.test(name);
export function checkName(name: string): void {
	if (nameIsBad(name)) throw new Refusal("EINVAL");
}

export function freeName(ns: Namespace, wanted: string | undefined, kind: string): string {
	if (wanted !== undefined && !wanted.includes("%d")) {
		if (linkNamed(ns, wanted)) throw new Refusal("EEXIST");
		return wanted;
	}
	const pattern = wanted ?? `${kind}%d`;
	for (let i = 0; ; i++) {
		const name = pattern.replace("%d", `${i}`);
		if (linkNamed(ns, name) === undefined) return name;
	}
}

/** ifi_change is the mask of flags to change; 0 together with flags means all of them. */
export function wantsUp(link: Link, { ifi_flags = 0, ifi_change = 0 }: LinkValue): boolean {
	if (ifi_flags === 0 && ifi_change === 0) return link.up;
	const meant = ifi_change === 0 || (ifi_change & IFF_UP) !== 0;
	return meant ? (ifi_flags & IFF_UP) !== 0 : link.up;
}

export function checkMtu([least, most]: readonly [number, number], mtu: number): void {
	// The kernel compares signed numbers.
	if ((mtu | 0) < least) throw new Refusal("EINVAL", "mtu less than device minimum", "IFLA_MTU");
	if (mtu > most) throw new Refusal("EINVAL", "mtu greater than device maximum", "IFLA_MTU");
}

/** Only the first six bytes count. Multicast and zero addresses are not valid for a link. */
export function readMac(bytes: Uint8Array): string {
	if (bytes.length < 6) throw new Refusal("EINVAL");
	const mac = hex(bytes.subarray(0, 6));
	if (((bytes[0] as number) & 1) !== 0 || /^0+$/.test(mac)) throw new Refusal("EADDRNOTAVAIL");
	return mac;
}
