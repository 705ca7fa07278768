import { TABLE } from "../../mark.js";
import { dropEgress, dropHost, dropIsolation, dropLimit } from "../guard/drop.js";
import { ipSets } from "../guard/index.js";
import { bridged } from "../set/bridged.js";
import { bridgedConnections, connections } from "../set/connections.js";
import { drops } from "../set/drops.js";
import { listDeclarations } from "../set/egress-list.js";
import { guests } from "../set/guests.js";
import { guests4 } from "../set/guests4.js";
import { guests6 } from "../set/guests6.js";
import { ipv6Masqueraded } from "../set/ipv6-masqueraded.js";
import { ipv6SnatTo } from "../set/ipv6-snat-to.js";
import { isolated } from "../set/isolated.js";
import { masqueraded } from "../set/masqueraded.js";
import { policyDeclarations } from "../set/policy.js";
import { ports } from "../set/ports.js";
import { publish4, publish6, publishAny4, publishAny6 } from "../set/publish.js";
import { publishing } from "../set/publishing.js";
import { reaches } from "../set/reaches.js";
import { reserved4, reserved6 } from "../set/reserved.js";
import { segments } from "../set/segments.js";
import { siblings } from "../set/siblings.js";
import { snatTo } from "../set/snat-to.js";
import { unboundGuests } from "../set/unbound-guests.js";
import { uplinks } from "../set/uplinks.js";
import type { Declaration, DeclaredTable } from "../table.js";
import { dstnat, dstnatOutput } from "./dstnat.js";
import { egress, egressInternet } from "./egress.js";
import { egressListGuests, egressListNetworks } from "./egress-list.js";
import { forward } from "./forward.js";
import { fromGuest } from "./from-guest.js";
import { guardChains } from "./guard.js";
import { fromGuestToHost, hostClosed, hostElsewhere, hostServices, input } from "./input.js";
import { isolation } from "./isolation.js";
import { limitForward, limitInput } from "./limit.js";
import { loopbackOnly } from "./loopback.js";
import { postrouting } from "./postrouting.js";
import { publishedElsewhere } from "./published-elsewhere.js";
import { toGuest } from "./to-guest.js";
import { toPublished } from "./to-published.js";

/** To add a chain, a set, a map or a named object, add a file and a line here. */
export const inet: DeclaredTable = {
	family: "inet",
	name: TABLE,
	comment: "networks of virtual machines, by umlnet-nl",
	declarations: [
		masqueraded,
		snatTo,
		ipv6Masqueraded,
		ipv6SnatTo,
		publish4,
		publish6,
		publishAny4,
		publishAny6,
		publishing,
		...policyDeclarations,
		...(listDeclarations as readonly Declaration[]),
		reserved4,
		reserved6,
		segments,
		bridged,
		uplinks,
		guests4,
		guests6,
		siblings,
		reaches,
		connections,
		bridgedConnections,
		guests,
		unboundGuests,
		ports,
		...ipSets,
		isolated,
		drops,
	],
	chains: [
		loopbackOnly,
		dstnat,
		dstnatOutput,
		dropLimit,
		limitForward,
		limitInput,
		postrouting,
		forward,
		fromGuest,
		toGuest,
		publishedElsewhere,
		...guardChains,
		dropIsolation,
		dropEgress,
		dropHost,
		isolation,
		egress,
		egressInternet,
		egressListGuests,
		egressListNetworks,
		toPublished,
		input,
		fromGuestToHost,
		hostElsewhere,
		hostServices,
		hostClosed,
	],
};
