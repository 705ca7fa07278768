import type { StageReport } from "../../service/diagnosis.js";
import type { LinkFact } from "../facts.js";
import { passes, type Stage, stopped, type Way } from "./way.js";

/** Whether an interface can be used: it is up, and has a carrier. */
export function linkReport(stage: string, link: LinkFact, { guest }: Way): StageReport {
	const isTap = link.index === guest.tap.index;
	const { name: device } = link;
	if (!link.isUp)
		return stopped(stage, {
			code: isTap ? "FINDING_TAP_DOWN" : "FINDING_LINK_DOWN",
			message: `${device} is down`,
			evidence: [`link ${device}: not UP`],
			remedy: `ip link set ${device} up`,
			device,
		});
	if (link.hasCarrier || link.kind === "bridge")
		return passes(stage, `${device} is up`, { device });
	if (link.tun !== undefined)
		return stopped(stage, {
			code: "FINDING_TAP_NOT_OPEN",
			message: `no virtual machine has ${device} open`,
			evidence: [`link ${device}: NO-CARRIER`],
			device,
		});
	return stopped(stage, {
		code: "FINDING_CARRIER",
		message: `${device} has no carrier`,
		evidence: [`link ${device}: NO-CARRIER`],
		device,
	});
}

/** The interface on which the packet arrives. */
export const entry: Stage = (way) => {
	if (way.entry === "local") return undefined;
	const isTap = way.entry.link.index === way.guest.tap.index;
	return linkReport(isTap ? "tap" : "interface", way.entry.link, way);
};
