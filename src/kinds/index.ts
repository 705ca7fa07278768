/** The list of all kinds: adding one is its file and its line here. */
import type { AnyKind, Kinds } from "../engine/kind.js";
import { address } from "./address.js";
import { bridge } from "./bridge.js";
import { forwarding } from "./forwarding.js";
import { ipv6Forwarding } from "./ipv6-forwarding.js";
import { nat } from "./nat.js";
import { option } from "./option.js";
import { port } from "./port.js";
import { publish } from "./publish.js";
import { publishing } from "./publishing.js";
import { route } from "./route.js";
import { routeLocalnet } from "./route-localnet.js";
import { table } from "./table.js";
import { tap } from "./tap.js";
import { uplink } from "./uplink.js";

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
	address,
	route,
	uplink,
	routeLocalnet,
	option,
	table,
	nat,
	publishing,
	publish,
];

export const kinds: Kinds = new Map(all.map((kind) => [kind.kind, kind]));
