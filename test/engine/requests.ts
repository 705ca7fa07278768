import type { DownRequest, RequestOutcome } from "../../src/engine/engine.js";
import type { UpRequest } from "../../src/engine/plan.js";
import { wantedTaps } from "../../src/kinds/index.js";
import { checkSpec } from "../../src/spec/spec.js";

const modes = {
	nat: { mode: "nat", uplink: "eth1" },
	snat: { mode: "nat", uplink: "eth1", snatTo: "10.33.33.34" },
	bridge: { mode: "nat", uplink: "eth1", bridge: "br0", addresses: ["192.168.1.1/24"] },
	/** The network `bridge` with an additional address. */
	bridgeAs: {
		mode: "nat",
		uplink: "eth1",
		snatTo: "10.33.33.34",
		bridge: "br0",
		addresses: ["192.168.1.1/24"],
	},
	other: { mode: "host-only", bridge: "br1", addresses: ["192.168.2.1/24"] },
	plain: { mode: "host-only" },
	global: { mode: "nat", uplink: "eth1", forwarding: "global" },
	fast: { mode: "host-only", mtu: 9000 },
} as const;
type Mode = keyof typeof modes;

/** A request for one tap of user 500. */
export function upOf(id: number, mode: Mode, address?: string): UpRequest {
	const own = address === undefined ? {} : { addresses: [address] };
	const network = mode === "bridgeAs" ? "bridge" : mode;
	const taps = { [`tap${id}`]: { network, owner: 500, ...own } };
	const spec = checkSpec({ version: 1, networks: { [network]: modes[mode] }, taps });
	return { id, taps: wantedTaps(spec) };
}
export const downOf = (...ids: readonly number[]): DownRequest[] =>
	ids.map((id) => ({ id, taps: [`tap${id}`] }));

/** The ids of the rejected requests. */
export const rejected = (outcomes: ReadonlyMap<number, RequestOutcome<unknown>>) =>
	[...outcomes].flatMap(([id, outcome]) => ("error" in outcome ? [id] : []));
