import type { Resource } from "../engine/kind.js";
import type { Network, Tap } from "../spec/model.js";
import type { Drops } from "./drops.js";
import type { Guard } from "./guard.js";
import { needsArp } from "./guard-elements.js";
import type { Isolation } from "./isolation.js";
import { TABLE } from "./mark.js";
import type { Table } from "./table.js";

interface Wants {
	readonly table: Table;
	readonly guard: Guard;
	readonly isolation: Isolation;
	readonly drops: Drops;
}
const resource = <K extends keyof Wants>(kind: K, want: Wants[K], path: string): Resource => ({
	kind,
	want,
	path,
});

/** Our table in a family of nf_tables. */
export const tableFor = (family: "inet" | "bridge" | "arp", path: string): Resource =>
	resource("table", family === "inet" ? { name: TABLE } : { name: TABLE, family }, path);

/** What a guest may send at all, and to other guests. `hasGateway`: the host is fe80::1 there. */
export const guardedBy = (tap: Tap, network: Network, hasGateway: boolean): Resource[] => [
	...isolationOf(network),
	...guardOf(tap, network, hasGateway),
	...dropsOf(tap, network),
];

/** What the guest may send. */
function guardOf(tap: Tap, network: Network, hasGateway: boolean): Resource[] {
	const level = tap.guard ?? network.guard;
	const { bridge } = network;
	if (level === "none") return [];
	const { mac, addresses } = tap.guest;
	const guest = {
		tap: tap.name,
		network: network.name,
		bridge,
		level,
		mac,
		addresses: addresses.map(withoutPrefix),
		...(hasGateway && { hasGateway: true as const }),
	};
	const path = guardPath(tap, network);
	return [
		...familiesOf(tap, network).map((one) => tableFor(one, path)),
		resource("guard", guest, path),
	];
}
const guardPath = (tap: Tap, network: Network): string =>
	tap.guard === undefined ? `networks.${network.name}.guard` : `taps.${tap.name}.guard`;

/** The families of the tables that drop something of what comes by the tap. */
function familiesOf({ guard, guest }: Tap, network: Network): Drops["families"] {
	const { bridge } = network;
	const isGuarded = (guard ?? network.guard) !== "none";
	if (bridge !== undefined) return isGuarded ? ["inet", "bridge"] : [];
	return isGuarded && needsArp({ ...guest, bridge }) ? ["inet", "arp"] : ["inet"];
}

/**
 * What was dropped of the guest. What it sends by way of the host from a bridge has come in by that, like all that others
 * send from there: it is counted for the bridge.
 */
function dropsOf(tap: Tap, network: Network): Resource[] {
	const { bridge } = network;
	const families = familiesOf(tap, network);
	const own = resource("drops", { link: tap.name, families }, guardPath(tap, network));
	return [
		...(families.length > 0 ? [own] : []),
		...(bridge === undefined
			? []
			: [
					resource(
						"drops",
						{ link: bridge, families: ["inet"] },
						`networks.${network.name}.bridge`,
					),
				]),
	];
}
const withoutPrefix = (cidr: string): string => cidr.slice(0, cidr.indexOf("/"));

/** Guests on one bridge are kept from each other by their ports; by way of the host, here. */
function isolationOf({ name, bridge, isolation }: Network): Resource[] {
	if (bridge === undefined || !isolation) return [];
	const path = `networks.${name}.isolation`;
	return [tableFor("inet", path), resource("isolation", { from: bridge, to: bridge }, path)];
}
