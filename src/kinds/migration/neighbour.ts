import { formatAddress } from "../../inet/address.js";
import { type Neighbour, readNeighbours } from "../../kernel/read.js";
import { request } from "../../netlink/request.js";
import { NTF_PROXY, NUD_PERMANENT, RTM_DELNEIGH, RTM_NEWNEIGH } from "../../uapi/neighbour.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../uapi/netlink.js";
import { AF_INET, AF_INET6 } from "../../uapi/socket.js";
import { alreadyThere } from "../conflict.js";
import { pack, type Sort, unpack } from "./item.js";

/** Whether somebody has configured a neighbour. The kernel forgets those with the last IPv4 address of their link. */
const isFixed = ({ ndm_family, ndm_state, ndm_flags }: Neighbour): boolean =>
	(ndm_family === AF_INET || ndm_family === AF_INET6) &&
	((ndm_state & NUD_PERMANENT) !== 0 || (ndm_flags & NTF_PROXY) !== 0);

const neighbourOn = (packed: string, index: number) => ({
	...RTM_NEWNEIGH.decode(unpack(packed)),
	ndm_ifindex: index,
});

/** Permanent neighbours, and addresses for which the host answers as a proxy. */
export const neighbours: Sort = {
	read: (kernel, { index }) =>
		readNeighbours(kernel, index)
			.filter(isFixed)
			.map(({ NDA_CACHEINFO, NDA_PROBES, $unknown, ...one }) => pack(RTM_NEWNEIGH.encode(one))),
	item(packed, from, to) {
		const text = this.text(packed);
		const put = (index: number) =>
			request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, neighbourOn(packed, index));
		const take = (ndm_ifindex: number) => {
			const { ndm_family, ndm_flags, NDA_DST } = neighbourOn(packed, ndm_ifindex);
			return request(RTM_DELNEIGH, 0, {
				ndm_family,
				ndm_ifindex,
				ndm_flags: ndm_flags & NTF_PROXY,
				NDA_DST,
			});
		};
		return {
			put: [
				{
					label: `put ${text} on ${to.link}`,
					effect: "create",
					do: put(to.index),
					undo: [take(to.index)],
					conflict: alreadyThere(`${text} on ${to.link}`, "ip neighbour"),
				},
			],
			take: [
				{
					label: `take ${text} off ${from.link}`,
					effect: "delete",
					do: take(from.index),
					undo: [put(from.index)],
				},
			],
		};
	},
	key: (packed) => pack(RTM_NEWNEIGH.encode(neighbourOn(packed, 0))),
	needsUp: () => true,
	needsIpv6: (packed) => RTM_NEWNEIGH.decode(unpack(packed)).ndm_family === AF_INET6,
	isLeased: () => false,
	protocol: (packed) => RTM_NEWNEIGH.decode(unpack(packed)).NDA_PROTOCOL,
	text(packed) {
		const { NDA_DST } = RTM_NEWNEIGH.decode(unpack(packed));
		return `neighbour ${NDA_DST === undefined ? "" : formatAddress(NDA_DST)}`;
	},
};
