// linux/if_vlan.h, internal to the kernel: IEEE 802.1Q.
import { be16, struct } from "../netlink/schema.js";
import { packet } from "./packet.js";
import { bits, joined } from "./schema.js";

/** The first two bytes are h_vlan_TCI: the priority, whether the frame may be dropped, the VLAN. */
export const vlan_hdr = joined(
	bits({ pcp: 3, dei: 1, vid: 12 }),
	struct({ h_vlan_encapsulated_proto: be16 }),
);

/** A VLAN tag and the payload behind it, inside a frame whose protocol is ETH_P_8021Q or ETH_P_8021AD. */
export const vlan = packet("vlan", vlan_hdr);
