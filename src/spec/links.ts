import type { Draft, DraftNetwork } from "./draft.js";
import type { Issues } from "./issues.js";

/** Check that every interface has only one role: tap, bridge, or port of one bridge. */
export function checkLinks(draft: Draft, issues: Issues): void {
	const bridges = new Map<string, DraftNetwork>();
	const ports = new Map<string, DraftNetwork>();
	for (const network of draft.networks.values()) {
		const { bridge, uplink, mode } = network;
		if (bridge !== undefined) checkBridge(bridge, network, bridges.get(bridge), draft, issues);
		if (bridge !== undefined && !bridges.has(bridge)) bridges.set(bridge, network);
		if (mode !== "bridged" || uplink === undefined) continue;
		const other = ports.get(uplink);
		if (other === undefined) ports.set(uplink, network);
		else
			issues.add(
				[...network.path, "uplink"],
				`${uplink} is a port of ${other.bridge} already, for network ${other.name}`,
				"an interface is a port of one bridge",
			);
	}
	for (const network of draft.networks.values())
		checkUplink(network, bridges, ports.get(network.uplink ?? ""), draft, issues);
}

function checkBridge(
	bridge: string,
	network: DraftNetwork,
	other: DraftNetwork | undefined,
	draft: Draft,
	issues: Issues,
): void {
	const path = [...network.path, "bridge"];
	if (draft.taps.has(bridge))
		issues.add(path, `${bridge} is a tap of this spec, so it is no bridge`);
	if (other !== undefined)
		issues.add(
			path,
			`${bridge} is the bridge of network ${other.name} already`,
			"taps on one bridge are in one network",
		);
}

function checkUplink(
	network: DraftNetwork,
	bridges: ReadonlyMap<string, DraftNetwork>,
	port: DraftNetwork | undefined,
	draft: Draft,
	issues: Issues,
): void {
	const { uplink, mode } = network;
	if (uplink === undefined || mode === "host-only") return;
	const path = [...network.path, "uplink"];
	if (draft.taps.has(uplink))
		issues.add(path, `${uplink} is a tap of this spec: there is a guest behind it, no way out`);
	else if (uplink === network.bridge)
		issues.add(
			path,
			`${uplink} is the bridge itself`,
			"name the interface that leads out of the host",
		);
	else if (mode === "bridged" && bridges.has(uplink))
		issues.add(path, `${uplink} is a bridge, and a bridge cannot be a port of another`);
	else if (mode !== "bridged" && port?.bridge !== undefined)
		issues.add(
			path,
			`${uplink} is a port of ${port.bridge}, so its addresses and routes move there`,
			`uplink: ${port.bridge}`,
		);
}
