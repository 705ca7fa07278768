import { readNexthops } from "../../kernel/read.js";
import { request } from "../../netlink/request.js";
import { NLM_F_CREATE, NLM_F_REPLACE } from "../../uapi/netlink.js";
import { RTM_NEWNEXTHOP } from "../../uapi/nexthop.js";
import { RTNH_F_ONLINK } from "../../uapi/rtnetlink.js";
import { AF_INET6 } from "../../uapi/socket.js";
import { type Endpoint, pack, type Sort, unpack } from "./item.js";

type GivenNexthop = Parameters<typeof RTM_NEWNEXTHOP.encode>[0];

/** A nexthop through another link, with only those flags that can be set. */
function nexthopOver(packed: string, { index }: Endpoint): GivenNexthop {
	const { nh_flags, nh_scope, $unknown, ...nexthop } = RTM_NEWNEXTHOP.decode(unpack(packed));
	// The kernel determines the scope itself, and refuses a given one (rtm_to_nh_config).
	return { ...nexthop, nh_flags: nh_flags & RTNH_F_ONLINK, NHA_OIF: index };
}

/**
 * Nexthop objects. They are replaced in place, and the routes and groups that refer to them follow (replace_nexthop,
 * net/ipv4/nexthop.c). The kernel deletes those of a link that loses its carrier, such as a bridge without ports.
 */
export const nexthops: Sort = {
	read: (kernel, { index }) =>
		readNexthops(kernel, index).map((one) => pack(RTM_NEWNEXTHOP.encode(one))),
	item(packed, from, to) {
		const replace = (at: Endpoint) =>
			request(RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_REPLACE, nexthopOver(packed, at));
		const label = `move ${this.text(packed)} to ${to.link}`;
		return { put: [{ label, do: replace(to), undo: [replace(from)] }], take: [] };
	},
	key: (packed) => pack(RTM_NEWNEXTHOP.encode(nexthopOver(packed, { link: "", index: 0 }))),
	needsUp: () => true,
	needsIpv6: (packed) => RTM_NEWNEXTHOP.decode(unpack(packed)).nh_family === AF_INET6,
	isLeased: () => false,
	protocol: (packed) => RTM_NEWNEXTHOP.decode(unpack(packed)).nh_protocol,
	text: (packed) => `nexthop ${RTM_NEWNEXTHOP.decode(unpack(packed)).NHA_ID}`,
};
