import type { StageReport } from "../../service/diagnosis.js";
import { arp } from "./arp.js";
import { bridgeForward, bridgeInput, bridgePrerouting, inPort, outPort } from "./bridge.js";
import { bridgeOutput, egress, source } from "./egress.js";
import { forward, hops, postrouting } from "./forward.js";
import { egressRules, ingress } from "./ingress.js";
import { input, listener, output } from "./input.js";
import { entry } from "./link.js";
import { neighbour } from "./neighbour.js";
import { prerouting } from "./prerouting.js";
import { isLocal, route } from "./route.js";
import { type Stage, through, type Way } from "./way.js";

const IN: readonly Stage[] = [entry, arp, ingress, inPort, bridgePrerouting];
const BRIDGED: readonly Stage[] = [bridgeForward, outPort, egressRules];
const ROUTED: readonly Stage[] = [bridgeInput, prerouting, route];
const TO_HOST: readonly Stage[] = [input, listener];
const THROUGH: readonly Stage[] = [hops, forward];
const OUT: readonly Stage[] = [postrouting, source, egress, neighbour, bridgeOutput, egressRules];

/**
 * Run a packet from where it enters to where it ends. Returns whether it arrived; the last report says what stops it.
 */
export function walk(way: Way, reports: StageReport[]): boolean {
	if (way.entry === "local") return walkFromHost(way, reports);
	if (!through(way, IN, reports)) return false;
	if (way.bridgedTo !== undefined) return through(way, BRIDGED, reports);
	if (!through(way, ROUTED, reports)) return false;
	if (isLocal(way)) return through(way, TO_HOST, reports);
	return through(way, THROUGH, reports) && through(way, OUT, reports);
}

/** A packet of this host. If rules change its destination, a second look-up says where that is (ip_route_me_harder). */
function walkFromHost(way: Way, reports: StageReport[]): boolean {
	if (!through(way, [route], reports)) return false;
	const { destination } = way.packet;
	if (!through(way, [output], reports)) return false;
	const isTranslated = Buffer.compare(destination, way.packet.destination) !== 0;
	if (isTranslated && !through(way, [route], reports)) return false;
	if (isLocal(way)) return through(way, TO_HOST, reports);
	return through(way, OUT, reports);
}
