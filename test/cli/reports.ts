import type { TapReport as EngineTapReport } from "../../src/engine/report.js";
import {
	type Difference,
	type StepReport,
	type TapReport,
	type TapStatus,
	withLaunch,
} from "../../src/service/reports.js";

/** The report of a tap behind NAT, with the changes that a test wants. */
export function tapReport(other: Partial<EngineTapReport> = {}): TapReport {
	return withLaunch({
		name: "tap0",
		index: 7,
		network: "tap0",
		mode: "nat",
		owner: 500,
		mac: "02:00:00:00:00:01",
		mtu: 1500,
		multiQueue: false,
		vnetHdr: false,
		uplink: "eth1",
		addresses: ["192.168.33.33/24"],
		guest: { addresses: ["192.168.33.34/24"] },
		...other,
	});
}

export const tapStatus = ({
	drift = [],
	...other
}: Partial<Omit<TapStatus, "launch">> = {}): TapStatus => ({
	...tapReport(other),
	drift,
});

/** A difference with this description. */
export const difference = (message: string): Difference => ({
	...{ object: "link tap10", field: "mtu", wanted: 1500, found: 1400 },
	message,
});

/** A step with this label, whose effect is taken from it: `create tap tap0`, `delete tap tap0`, or a change. */
export const step = (label: string, ...messages: string[]): StepReport => ({
	label,
	effect: /^create/.test(label) ? "create" : /^(delete|remove)/.test(label) ? "delete" : "change",
	path: "taps.tap0",
	messages,
});
