import * as nft from "../../uapi/nf_tables_const.js";
import * as type from "./datatype.js";
import type { Order } from "./value.js";

/** The value of a key of meta, ct, rt, socket or ipsec. */
interface Key {
	readonly key: number;
	readonly datatype: type.Datatype;
	readonly bits: number;
	readonly order: Order;
}
type Keys = Readonly<Record<string, Key>>;

const key = (number: number, datatype: type.Datatype, order: Order, bits = datatype.size): Key => ({
	key: number,
	datatype,
	bits,
	order,
});

/** The keys of meta by their names. */
export const metaKeys = {
	length: key(nft.NFT_META_LEN, type.integer, "host", 32),
	protocol: key(nft.NFT_META_PROTOCOL, type.etherType, "big"),
	nfproto: key(nft.NFT_META_NFPROTO, type.nfproto, "host"),
	l4proto: key(nft.NFT_META_L4PROTO, type.inetProto, "host"),
	priority: key(nft.NFT_META_PRIORITY, type.classid, "host"),
	mark: key(nft.NFT_META_MARK, type.mark, "host"),
	iif: key(nft.NFT_META_IIF, type.ifaceIndex, "host"),
	iifname: key(nft.NFT_META_IIFNAME, type.ifname, "host"),
	iiftype: key(nft.NFT_META_IFTYPE, type.ifaceType, "host"),
	oif: key(nft.NFT_META_OIF, type.ifaceIndex, "host"),
	oifname: key(nft.NFT_META_OIFNAME, type.ifname, "host"),
	oiftype: key(nft.NFT_META_OIFTYPE, type.ifaceType, "host"),
	skuid: key(nft.NFT_META_SKUID, type.uid, "host"),
	skgid: key(nft.NFT_META_SKGID, type.gid, "host"),
	nftrace: key(nft.NFT_META_NFTRACE, type.integer, "host", 1),
	rtclassid: key(nft.NFT_META_RTCLASSID, type.realm, "host"),
	secmark: key(nft.NFT_META_SECMARK, type.integer, "host", 32),
	ibrname: key(nft.NFT_META_BRI_IIFNAME, type.ifname, "host"),
	obrname: key(nft.NFT_META_BRI_OIFNAME, type.ifname, "host"),
	ibriport: key(nft.NFT_META_BRI_IIFNAME, type.ifname, "host"),
	obriport: key(nft.NFT_META_BRI_OIFNAME, type.ifname, "host"),
	pkttype: key(nft.NFT_META_PKTTYPE, type.pktType, "host"),
	cpu: key(nft.NFT_META_CPU, type.integer, "host", 32),
	iifgroup: key(nft.NFT_META_IIFGROUP, type.devgroup, "host"),
	oifgroup: key(nft.NFT_META_OIFGROUP, type.devgroup, "host"),
	cgroup: key(nft.NFT_META_CGROUP, type.integer, "host", 32),
	// A random number has no byte order; network order saves a conversion.
	random: key(nft.NFT_META_PRANDOM, type.integer, "big", 32),
	ipsec: key(nft.NFT_META_SECPATH, type.booleanType, "host", 8),
	secpath: key(nft.NFT_META_SECPATH, type.booleanType, "host", 8),
	iifkind: key(nft.NFT_META_IIFKIND, type.ifname, "host"),
	oifkind: key(nft.NFT_META_OIFKIND, type.ifname, "host"),
	ibrpvid: key(nft.NFT_META_BRI_IIFPVID, type.integer, "host", 16),
	ibrvproto: key(nft.NFT_META_BRI_IIFVPROTO, type.etherType, "big"),
	time: key(nft.NFT_META_TIME_NS, type.date, "host"),
	day: key(nft.NFT_META_TIME_DAY, type.day, "host"),
	hour: key(nft.NFT_META_TIME_HOUR, type.hour, "host"),
	sdif: key(nft.NFT_META_SDIF, type.ifaceIndex, "host"),
	sdifname: key(nft.NFT_META_SDIFNAME, type.ifname, "host"),
	broute: key(nft.NFT_META_BRI_BROUTE, type.integer, "host", 1),
} satisfies Keys;

/** The keys of connection tracking by their names. */
export const ctKeys = {
	state: key(nft.NFT_CT_STATE, type.ctState, "host"),
	direction: key(nft.NFT_CT_DIRECTION, type.ctDir, "host"),
	status: key(nft.NFT_CT_STATUS, type.ctStatus, "host"),
	mark: key(nft.NFT_CT_MARK, type.mark, "host"),
	secmark: key(nft.NFT_CT_SECMARK, type.integer, "host", 32),
	expiration: key(nft.NFT_CT_EXPIRATION, type.time, "host"),
	helper: key(nft.NFT_CT_HELPER, type.string, "host", 128),
	l3proto: key(nft.NFT_CT_L3PROTOCOL, type.nfproto, "host"),
	saddr: key(nft.NFT_CT_SRC, type.invalid, "big"),
	daddr: key(nft.NFT_CT_DST, type.invalid, "big"),
	protocol: key(nft.NFT_CT_PROTOCOL, type.inetProto, "big"),
	"proto-src": key(nft.NFT_CT_PROTO_SRC, type.inetService, "big"),
	"proto-dst": key(nft.NFT_CT_PROTO_DST, type.inetService, "big"),
	label: key(nft.NFT_CT_LABELS, type.ctLabel, "host"),
	packets: key(nft.NFT_CT_PKTS, type.integer, "host", 64),
	bytes: key(nft.NFT_CT_BYTES, type.integer, "host", 64),
	avgpkt: key(nft.NFT_CT_AVGPKT, type.integer, "host", 64),
	zone: key(nft.NFT_CT_ZONE, type.integer, "host", 16),
	event: key(nft.NFT_CT_EVENTMASK, type.ctEvent, "host"),
	"ip saddr": key(nft.NFT_CT_SRC_IP, type.ipv4Addr, "big"),
	"ip daddr": key(nft.NFT_CT_DST_IP, type.ipv4Addr, "big"),
	"ip6 saddr": key(nft.NFT_CT_SRC_IP6, type.ipv6Addr, "big"),
	"ip6 daddr": key(nft.NFT_CT_DST_IP6, type.ipv6Addr, "big"),
	id: key(nft.NFT_CT_ID, type.integer, "big", 32),
} satisfies Keys;

/** The keys of the route by their names. */
export const rtKeys = {
	classid: key(nft.NFT_RT_CLASSID, type.realm, "host"),
	nexthop: key(nft.NFT_RT_NEXTHOP4, type.ipv4Addr, "big"),
	mtu: key(nft.NFT_RT_TCPMSS, type.integer, "host", 16),
	ipsec: key(nft.NFT_RT_XFRM, type.booleanType, "host", 8),
} satisfies Keys;

/** The keys of the socket by their names. */
export const socketKeys = {
	transparent: key(nft.NFT_SOCKET_TRANSPARENT, type.integer, "host", 8),
	mark: key(nft.NFT_SOCKET_MARK, type.mark, "host"),
	wildcard: key(nft.NFT_SOCKET_WILDCARD, type.integer, "host", 8),
	cgroupv2: key(nft.NFT_SOCKET_CGROUPV2, type.cgroupv2, "host"),
} satisfies Keys;

/** The keys of the IPsec state by their names. */
export const ipsecKeys = {
	daddr: key(nft.NFT_XFRM_KEY_DADDR_IP4, type.ipv4Addr, "big"),
	saddr: key(nft.NFT_XFRM_KEY_SADDR_IP4, type.ipv4Addr, "big"),
	reqid: key(nft.NFT_XFRM_KEY_REQID, type.integer, "host", 32),
	spi: key(nft.NFT_XFRM_KEY_SPI, type.integer, "big", 32),
} satisfies Keys;
