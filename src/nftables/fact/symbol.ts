import * as arp from "../../uapi/if_arp.js";
import { ETH_P_8021AD, ETH_P_8021Q, ETH_P_ARP, ETH_P_IP, ETH_P_IPV6 } from "../../uapi/if_ether.js";
import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../../uapi/netfilter.js";
import * as conntrack from "../../uapi/nf_conntrack_common.js";
import * as nft from "../../uapi/nf_tables_const.js";

/** The names of values, which nft calls symbolic constants. If a value has two names the first one is listed. */
export type Symbols = Readonly<Record<string, number>>;

export const nfproto: Symbols = { ipv4: NFPROTO_IPV4, ipv6: NFPROTO_IPV6 };

export const ethertype: Symbols = {
	ip: ETH_P_IP,
	arp: ETH_P_ARP,
	ip6: ETH_P_IPV6,
	"8021q": ETH_P_8021Q,
	"8021ad": ETH_P_8021AD,
	vlan: ETH_P_8021Q,
};

export const arpOperation: Symbols = {
	request: 1,
	reply: 2,
	rrequest: 3,
	rreply: 4,
	inrequest: 8,
	inreply: 9,
	nak: 10,
};

export const arphrd: Symbols = {
	ether: arp.ARPHRD_ETHER,
	ppp: arp.ARPHRD_PPP,
	ipip: arp.ARPHRD_TUNNEL,
	ipip6: arp.ARPHRD_TUNNEL6,
	loopback: arp.ARPHRD_LOOPBACK,
	sit: arp.ARPHRD_SIT,
	ipgre: arp.ARPHRD_IPGRE,
};

export const icmpType: Symbols = {
	"echo-reply": 0,
	"destination-unreachable": 3,
	"source-quench": 4,
	redirect: 5,
	"echo-request": 8,
	"router-advertisement": 9,
	"router-solicitation": 10,
	"time-exceeded": 11,
	"parameter-problem": 12,
	"timestamp-request": 13,
	"timestamp-reply": 14,
	"info-request": 15,
	"info-reply": 16,
	"address-mask-request": 17,
	"address-mask-reply": 18,
};

export const icmpCode: Symbols = {
	"net-unreachable": 0,
	"host-unreachable": 1,
	"prot-unreachable": 2,
	"port-unreachable": 3,
	"net-prohibited": 9,
	"host-prohibited": 10,
	"admin-prohibited": 13,
	"frag-needed": 4,
};

export const icmp6Type: Symbols = {
	"destination-unreachable": 1,
	"packet-too-big": 2,
	"time-exceeded": 3,
	"parameter-problem": 4,
	"echo-request": 128,
	"echo-reply": 129,
	"mld-listener-query": 130,
	"mld-listener-report": 131,
	"mld-listener-done": 132,
	"mld-listener-reduction": 132,
	"nd-router-solicit": 133,
	"nd-router-advert": 134,
	"nd-neighbor-solicit": 135,
	"nd-neighbor-advert": 136,
	"nd-redirect": 137,
	"router-renumbering": 138,
	"ind-neighbor-solicit": 141,
	"ind-neighbor-advert": 142,
	"mld2-listener-report": 143,
};

export const icmp6Code: Symbols = {
	"no-route": 0,
	"admin-prohibited": 1,
	"addr-unreachable": 3,
	"port-unreachable": 4,
	"policy-fail": 5,
	"reject-route": 6,
};

export const icmpxCode: Symbols = {
	"port-unreachable": nft.NFT_REJECT_ICMPX_PORT_UNREACH,
	"admin-prohibited": nft.NFT_REJECT_ICMPX_ADMIN_PROHIBITED,
	"no-route": nft.NFT_REJECT_ICMPX_NO_ROUTE,
	"host-unreachable": nft.NFT_REJECT_ICMPX_HOST_UNREACH,
};

export const igmpType: Symbols = {
	"membership-query": 0x11,
	"membership-report-v1": 0x12,
	"membership-report-v2": 0x16,
	"membership-report-v3": 0x22,
	"leave-group": 0x17,
};

export const tcpFlag: Symbols = {
	fin: 0x01,
	syn: 0x02,
	rst: 0x04,
	psh: 0x08,
	ack: 0x10,
	urg: 0x20,
	ecn: 0x40,
	cwr: 0x80,
};

export const dccpPacketType: Symbols = {
	request: 0,
	response: 1,
	data: 2,
	ack: 3,
	dataack: 4,
	closereq: 5,
	close: 6,
	reset: 7,
	sync: 8,
	syncack: 9,
};

export const mobilityType: Symbols = {
	"binding-refresh-request": 0,
	"home-test-init": 1,
	"careof-test-init": 2,
	"home-test": 3,
	"careof-test": 4,
	"binding-update": 5,
	"binding-acknowledgement": 6,
	"binding-error": 7,
	"fast-binding-update": 8,
	"fast-binding-acknowledgement": 9,
	"fast-binding-advertisement": 10,
	"experimental-mobility-header": 11,
	"home-agent-switch-message": 12,
};

export const dscp: Symbols = {
	cs0: 0x00,
	cs1: 0x08,
	cs2: 0x10,
	cs3: 0x18,
	cs4: 0x20,
	cs5: 0x28,
	cs6: 0x30,
	cs7: 0x38,
	df: 0x00,
	be: 0x00,
	lephb: 0x01,
	af11: 0x0a,
	af12: 0x0c,
	af13: 0x0e,
	af21: 0x12,
	af22: 0x14,
	af23: 0x16,
	af31: 0x1a,
	af32: 0x1c,
	af33: 0x1e,
	af41: 0x22,
	af42: 0x24,
	af43: 0x26,
	va: 0x2c,
	ef: 0x2e,
};

export const ecn: Symbols = { "not-ect": 0, ect1: 1, ect0: 2, ce: 3 };

export const packetType: Symbols = { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 };

export const day: Symbols = {
	Sunday: 0,
	Monday: 1,
	Tuesday: 2,
	Wednesday: 3,
	Thursday: 4,
	Friday: 5,
	Saturday: 6,
};

export const boolean: Symbols = { exists: 1, missing: 0 };

/** nf_conntrack_common.h: NF_CT_STATE_BIT(ctinfo) */
export const ctState: Symbols = {
	invalid: 1,
	new: 8,
	established: 2,
	related: 4,
	untracked: 64,
};
export const ctDirection: Symbols = { original: 0, reply: 1 };
/** The last three are bit numbers, as in nft: IPS_HELPER_BIT, IPS_OFFLOAD_BIT and IPS_HW_OFFLOAD_BIT. */
export const ctStatus: Symbols = {
	expected: conntrack.IPS_EXPECTED,
	"seen-reply": conntrack.IPS_SEEN_REPLY,
	assured: conntrack.IPS_ASSURED,
	confirmed: conntrack.IPS_CONFIRMED,
	snat: conntrack.IPS_SRC_NAT,
	dnat: conntrack.IPS_DST_NAT,
	"seq-adjust": conntrack.IPS_SEQ_ADJUST,
	"snat-done": conntrack.IPS_SRC_NAT_DONE,
	"dnat-done": conntrack.IPS_DST_NAT_DONE,
	dying: conntrack.IPS_DYING,
	"fixed-timeout": conntrack.IPS_FIXED_TIMEOUT,
	helper: 13,
	offload: 14,
	"hw-offload": 15,
};
/** nf_conntrack_common.h: 1 << enum ip_conntrack_events */
export const ctEvent: Symbols = {
	new: 0x1,
	related: 0x2,
	destroy: 0x4,
	reply: 0x8,
	assured: 0x10,
	protoinfo: 0x20,
	helper: 0x40,
	mark: 0x80,
	seqadj: 0x100,
	secmark: 0x200,
	label: 0x400,
};

/** RTN_*. They are repeated here, because importing uapi/rtnetlink.ts would load all its messages. */
export const fibAddressType: Symbols = {
	unspec: 0,
	unicast: 1,
	local: 2,
	broadcast: 3,
	anycast: 4,
	multicast: 5,
	blackhole: 6,
	unreachable: 7,
	prohibit: 8,
};

export const mptcpSubtype: Symbols = {
	"mp-capable": 0,
	"mp-join": 1,
	dss: 2,
	"add-addr": 3,
	"remove-addr": 4,
	"mp-prio": 5,
	"mp-fail": 6,
	"mp-fastclose": 7,
	"mp-tcprst": 8,
};
