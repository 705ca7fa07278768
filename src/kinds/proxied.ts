import type { Resource } from "../engine/kind.js";
import { type Cidr, formatAddress, parseCidr } from "../inet/cidr.js";
import { isLinkLocal } from "../inet/link-local.js";
import type { Network, Tap } from "../spec/model.js";
import type { LinkSetting } from "./link-setting.js";
import type { ProxyNeighbour } from "./proxy-neighbour.js";
import { PROXYING } from "./proxying.js";

/** The addresses of a guest that the uplink answers for: those that are seen there as they are. */
function addressesOf(tap: Tap, { mode, proxyNeighbours, uplink }: Network): readonly Cidr[] {
	if (!proxyNeighbours || uplink === undefined) return [];
	return tap.guest.addresses
		.map(parseCidr)
		.filter(({ family, address }) => (mode === "routed" || family === 6) && !isLinkLocal(address));
}

/** What the uplink needs to answer for a guest. */
export function proxyingOf(tap: Tap, network: Network): Resource[] {
	const { uplink: link = "", name } = network;
	const families = new Set(addressesOf(tap, network).map(({ family }) => family));
	return [...families].flatMap((family) =>
		PROXYING[family].map((setting) => {
			const want: LinkSetting = { link, ...setting };
			return { kind: "link-setting", want, path: `networks.${name}.proxyNeighbours` };
		}),
	);
}

/** The addresses themselves, each an entry of its own on the uplink. */
export function proxiesOf(tap: Tap, network: Network): Resource[] {
	const { uplink: link = "" } = network;
	return addressesOf(tap, network).map(({ address }) => {
		const want: ProxyNeighbour = { link, address: formatAddress(address) };
		return { kind: "proxy-neighbour", want, path: `taps.${tap.name}.guest.addresses` };
	});
}
