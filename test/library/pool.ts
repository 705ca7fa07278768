import type { TapStatus } from "../../src/engine/report.js";
import type { GuestInput, NetworkInput } from "../../src/index.js";
import type { EmbeddedHost } from "../../src/thread/embedded-host.js";
import { until } from "./contention.js";

/** Commands that make an uplink. */
export const UPLINK = "ip link add eth1 type veth peer name lan0; ip link set eth1 up";

/** The parked taps of all pools in the namespace of an engine. */
export async function parked(host: EmbeddedHost): Promise<readonly TapStatus[]> {
	const { taps } = await host.status();
	return taps.filter(({ mode }) => mode === "parked");
}

/** Wait until this many taps are parked. @returns their names */
export async function filled(host: EmbeddedHost, count: number): Promise<string[]> {
	let names: string[] = [];
	await until(async () => {
		names = (await parked(host)).map(({ name }) => name);
		return names.length === count;
	});
	return names;
}

/** A guest that does not care about the name of its tap, in a network of its own. */
export const guest = (
	i = 0,
	network: Partial<NetworkInput> = {},
): GuestInput & { readonly networks: { readonly lab: NetworkInput } } => ({
	network: "lab",
	networks: { lab: { mode: "host-only", addresses: [`192.168.${i + 33}.33/24`], ...network } },
});
