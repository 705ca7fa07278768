import type { Subject } from "./check.js";
import type { LinkFact } from "./facts.js";

/**
 * The interfaces that we have set up for a tap: itself, its bridge, and the uplink where that became a port. An uplink
 * with its own addresses is left as it was, and whoever manages it does no harm.
 */
export function linksOf({ facts, name = "", tap }: Subject): readonly LinkFact[] {
	const ours = facts.ours(name);
	const uplink = ours?.mode === "bridged" ? ours.uplink : undefined;
	const others = [ours?.bridge, uplink].map((one) => one && facts.linkNamed(one));
	return [tap, ...others].filter((link) => link !== undefined && link !== "") as LinkFact[];
}
