// linux/if_arp.h. The struct is that of netinet/if_ether.h.
import { be16, binary, struct, u8 } from "../netlink/schema.js";
import { ARPHRD_ETHER } from "../uapi/if_arp.js";
import { ETH_ALEN, ETH_P_IP } from "../uapi/if_ether.js";
import { packet } from "./packet.js";

export const ARPOP_REQUEST = 1;
export const ARPOP_REPLY = 2;

const IPV4_ALEN = 4;
/** The formats of the addresses, the sender's addresses (sha, spa) and the target's (tha, tpa). */
export const ether_arp = struct({
	arp_hrd: be16,
	arp_pro: be16,
	arp_hln: u8,
	arp_pln: u8,
	arp_op: be16,
	arp_sha: binary(ETH_ALEN),
	arp_spa: binary(IPV4_ALEN),
	arp_tha: binary(ETH_ALEN),
	arp_tpa: binary(IPV4_ALEN),
});

/** ARP for IPv4 on Ethernet, RFC 826. The links of virtual machines carry no other ARP. */
export const arp = packet("arp", ether_arp, {
	implied: () => ({
		arp_hrd: ARPHRD_ETHER,
		arp_pro: ETH_P_IP,
		arp_hln: ETH_ALEN,
		arp_pln: IPV4_ALEN,
	}),
	refuse: ({ arp_hrd: link, arp_pro: protocol, arp_hln, arp_pln }) =>
		link === ARPHRD_ETHER && protocol === ETH_P_IP && arp_hln === ETH_ALEN && arp_pln === IPV4_ALEN
			? undefined
			: `addresses of ${arp_hln} and ${arp_pln} bytes, types ${link} and ${protocol}: not IPv4 on Ethernet`,
});
