// linux/if_arp.h; the addresses as netinet/if_ether.h names them
import { be16, binary, struct, u8 } from "../netlink/schema.js";
import { ARPHRD_ETHER } from "../uapi/if_arp.js";
import { ETH_ALEN, ETH_P_IP } from "../uapi/if_ether.js";
import { packet } from "./packet.js";
import { joined } from "./schema.js";

export const ARPOP_REQUEST = 1;
export const ARPOP_REPLY = 2;

export const arphdr = struct({ ar_hrd: be16, ar_pro: be16, ar_hln: u8, ar_pln: u8, ar_op: be16 });
const IPV4_LEN = 4;
/** The header, then who asks (sha, spa) for whom (tha, tpa). */
export const ether_arp = joined(
	arphdr,
	struct({
		arp_sha: binary(ETH_ALEN),
		arp_spa: binary(IPV4_LEN),
		arp_tha: binary(ETH_ALEN),
		arp_tpa: binary(IPV4_LEN),
	}),
);

/** ARP for IPv4 on Ethernet, RFC 826: of other sorts there is none on the links of virtual machines. */
export const arp = packet("arp", ether_arp, {
	implied: () => ({
		ar_hrd: ARPHRD_ETHER,
		ar_pro: ETH_P_IP,
		ar_hln: ETH_ALEN,
		ar_pln: IPV4_LEN,
	}),
	refuse: ({ ar_hrd, ar_pro, ar_hln, ar_pln }) =>
		ar_hrd === ARPHRD_ETHER && ar_pro === ETH_P_IP && ar_hln === ETH_ALEN && ar_pln === IPV4_LEN
			? undefined
			: `addresses of ${ar_hln} and ${ar_pln} bytes, types ${ar_hrd} and ${ar_pro}: not IPv4 on Ethernet`,
});
