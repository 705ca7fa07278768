import { linkLocalOf } from "../../inet/link-local.js";
import type { Kernel } from "../../kernel/kernel.js";
import { type Address, type Link, readAddresses } from "../../kernel/read.js";
import { IFA_F_STABLE_PRIVACY, IFAPROT_KERNEL_LL } from "../../uapi/if_addr.js";
import { IN6_ADDR_GEN_MODE_NONE, IN6_ADDR_GEN_MODE_STABLE_PRIVACY } from "../../uapi/if_link.js";
import { RT_SCOPE_LINK } from "../../uapi/rtnetlink.js";
import { AF_INET6 } from "../../uapi/socket.js";

/**
 * Whether the kernel has made an address for the link itself. Such an address is link-local and stays where it is.
 * Before Linux 5.18 the kernel does not report that, but usually such an address is made from the MAC (RFC 4291,
 * appendix A) or from a secret (RFC 7217).
 */
export function isOfLink(address: Address): boolean {
	if (address.ifa_family !== AF_INET6 || address.ifa_scope !== RT_SCOPE_LINK) return false;
	if (address.IFA_PROTO !== undefined) return address.IFA_PROTO === IFAPROT_KERNEL_LL;
	return isOfMac(address) || ((address.IFA_FLAGS ?? 0) & IFA_F_STABLE_PRIVACY) !== 0;
}
const isOfMac = ({ IFA_ADDRESS }: Address): boolean =>
	IFA_ADDRESS?.[11] === 0xff && IFA_ADDRESS[12] === 0xfe;

/** The name of the setting below ipv6/conf. */
export const GEN_MODE = "addr_gen_mode";
const NONE = `${IN6_ADDR_GEN_MODE_NONE}`;

/**
 * The mode in which a bridge that replaces a link should make link-local addresses; undefined means the default. The
 * bridge is given the link-local addresses of the link. If those are not what the bridge would make from the same MAC,
 * because the link had another MAC or used a secret, the bridge must not make any, which packets would leave with. If
 * the link has none yet, both get theirs later. Addresses from a secret cannot be asked for, because the bridge has no
 * secret.
 */
export function genModeFor(
	kernel: Kernel,
	link: Link,
	chosen: string | undefined,
): string | undefined {
	// Without a secret the kernel refuses this mode (check_stable_privacy, net/ipv6/addrconf.c).
	const mode = chosen === `${IN6_ADDR_GEN_MODE_STABLE_PRIVACY}` ? undefined : chosen;
	const own = readAddresses(kernel, link.ifi_index).filter(isOfLink);
	if (own.length === 0) return mode;
	const identifier = Buffer.from(linkLocalOf(link.IFLA_ADDRESS ?? new Uint8Array())).subarray(8);
	const isMade = ({ IFA_ADDRESS }: Address): boolean =>
		IFA_ADDRESS !== undefined && identifier.equals(IFA_ADDRESS.subarray(8));
	return own.every(isMade) ? mode : NONE;
}
