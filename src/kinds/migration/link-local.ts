import type { Kernel } from "../../kernel/kernel.js";
import { type Address, type Link, readAddresses } from "../../kernel/read.js";
import { IFA_F_STABLE_PRIVACY, IFAPROT_KERNEL_LL } from "../../uapi/if_addr.js";
import { IN6_ADDR_GEN_MODE_NONE, IN6_ADDR_GEN_MODE_STABLE_PRIVACY } from "../../uapi/if_link.js";
import { RT_SCOPE_LINK } from "../../uapi/rtnetlink.js";
import { AF_INET6 } from "../../uapi/socket.js";

/**
 * Whether the kernel made an address for the link itself, which is link-local then and stays there. Before Linux 5.18 it
 * does not say so, but mostly such a one is made of the MAC (RFC 4291 appendix A) or of a secret (RFC 7217).
 */
export function isOfLink(address: Address): boolean {
	if (address.ifa_family !== AF_INET6 || address.ifa_scope !== RT_SCOPE_LINK) return false;
	if (address.IFA_PROTO !== undefined) return address.IFA_PROTO === IFAPROT_KERNEL_LL;
	return isOfMac(address) || ((address.IFA_FLAGS ?? 0) & IFA_F_STABLE_PRIVACY) !== 0;
}
const isOfMac = ({ IFA_ADDRESS }: Address): boolean =>
	IFA_ADDRESS?.[11] === 0xff && IFA_ADDRESS[12] === 0xfe;

/** The name of the setting, below ipv6/conf. */
export const GEN_MODE = "addr_gen_mode";
const NONE = `${IN6_ADDR_GEN_MODE_NONE}`;

/** The link-local address of a MAC (RFC 4291 appendix A), without fe80::/64. */
function identifierOf(mac: Uint8Array): Buffer {
	const [first = 0, ...rest] = mac;
	return Buffer.from([first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)]);
}

/**
 * How a bridge makes link-local addresses that takes the place of a link; undefined: as a new bridge does. It is given
 * those that the kernel made for the link. Where they are not what it would make of the same MAC, for the MAC was another
 * once or they come of a secret, it must make none beside them, which packets would leave with. A link that has none yet
 * gets them later: so does the bridge. Those of a secret cannot be asked for, as the bridge has none.
 */
export function genModeFor(
	kernel: Kernel,
	link: Link,
	chosen: string | undefined,
): string | undefined {
	// Without a secret the kernel refuses that mode (check_stable_privacy, net/ipv6/addrconf.c).
	const mode = chosen === `${IN6_ADDR_GEN_MODE_STABLE_PRIVACY}` ? undefined : chosen;
	const own = readAddresses(kernel, link.ifi_index).filter(isOfLink);
	if (own.length === 0) return mode;
	const identifier = identifierOf(link.IFLA_ADDRESS ?? new Uint8Array());
	const isMade = ({ IFA_ADDRESS }: Address): boolean =>
		IFA_ADDRESS !== undefined && identifier.equals(IFA_ADDRESS.subarray(8));
	return own.every(isMade) ? mode : NONE;
}
