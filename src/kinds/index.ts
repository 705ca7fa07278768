/** The list of all kinds. To add one, write its file and add a line here. */
import type { AnyKind, Kinds } from "../engine/kind.js";
import { address } from "./address.js";
import { bridge } from "./bridge.js";
import { bridgeGuest } from "./bridge-guest.js";
import { bridged } from "./bridged.js";
import { connections } from "./connections.js";
import { download } from "./download.js";
import { drops } from "./drops.js";
import { egressItem } from "./egress-item.js";
import { forwarding } from "./forwarding.js";
import { guard } from "./guard.js";
import { guestPolicy } from "./guest-policy.js";
import { ifb } from "./ifb.js";
import { ipv6Forwarding } from "./ipv6-forwarding.js";
import { ipv6Router } from "./ipv6-router.js";
import { isolation } from "./isolation.js";
import { linkSetting } from "./link-setting.js";
import { nat } from "./nat.js";
import { networkNumber } from "./network-number.js";
import { option } from "./option.js";
import { port } from "./port.js";
import { proxyNeighbour } from "./proxy-neighbour.js";
import { publish } from "./publish.js";
import { publishing } from "./publishing.js";
import { reach } from "./reach.js";
import { route } from "./route.js";
import { routeLocalnet } from "./route-localnet.js";
import { segment } from "./segment.js";
import { table } from "./table.js";
import { tap } from "./tap.js";
import { uplink } from "./uplink.js";
import { upload } from "./upload.js";
import { wayOut } from "./way-out.js";

export { forcesIpv6 } from "./ipv6-router.js";
export {
	type HostLinks,
	isKnownUplink,
	type NamedLink,
	type PoolAccess,
	parkedTap,
	wantedTaps,
} from "./network.js";

const all: readonly AnyKind[] = [
	bridge,
	tap,
	port,
	forwarding,
	ipv6Forwarding,
	ipv6Router,
	linkSetting,
	proxyNeighbour,
	address,
	route,
	uplink,
	routeLocalnet,
	option,
	table,
	nat,
	connections,
	download,
	ifb,
	upload,
	publishing,
	publish,
	networkNumber,
	segment,
	bridged,
	bridgeGuest,
	wayOut,
	reach,
	guard,
	isolation,
	drops,
	guestPolicy,
	egressItem,
];

export const kinds: Kinds = new Map(all.map((kind) => [kind.kind, kind]));
