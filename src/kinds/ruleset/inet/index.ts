import { TABLE } from "../../mark.js";
import { ipv6Masqueraded } from "../set/ipv6-masqueraded.js";
import { ipv6SnatTo } from "../set/ipv6-snat-to.js";
import { masqueraded } from "../set/masqueraded.js";
import { publish4, publish6, publishAny4, publishAny6 } from "../set/publish.js";
import { publishing } from "../set/publishing.js";
import { snatTo } from "../set/snat-to.js";
import type { DeclaredTable } from "../table.js";
import { dstnat, dstnatOutput } from "./dstnat.js";
import { loopbackOnly } from "./loopback.js";
import { postrouting } from "./postrouting.js";

/** Adding a chain is its file and its line here; so is adding a set, a map or a named object. */
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
	],
	chains: [loopbackOnly, dstnat, dstnatOutput, postrouting],
};
