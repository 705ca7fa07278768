import type { Resource } from "../engine/kind.js";
import { type Family, formatAddress, parseCidr } from "../inet/cidr.js";
import { isLinkLocal } from "../inet/link-local.js";
import type { Network, Spec, Tap } from "../spec/model.js";
import { isOf, parsePublish } from "../spec/publish.js";
import { TABLE } from "./mark.js";
import { ANY_HOST, type Publish } from "./publish.js";
import type { Publishing } from "./publishing.js";
import type { RouteLocalnet } from "./route-localnet.js";

/** A published port, and the index of its line in `publish`. */
interface Published {
	readonly want: Publish;
	readonly line: number;
}

/** Every single port of the host that a tap publishes. They lead to the first address of its guest in the family. */
const publishedOf = ({ name: tap, publish, guest }: Tap): Published[] =>
	publish.flatMap((text, line) => {
		const one = parsePublish(text);
		const { protocol, ports, guestPorts } = one;
		return ([4, 6] as const).flatMap((family) => {
			if (!isOf(one, family)) return [];
			const address = guest.addresses
				.map(parseCidr)
				.find((cidr) => cidr.family === family && !isLinkLocal(cidr.address));
			if (address === undefined) return [];
			const between = { host: one.host ?? ANY_HOST[family], guest: formatAddress(address.address) };
			return Array.from({ length: ports.last - ports.first + 1 }, (_, i): Published => {
				const [port, guestPort] = [ports.first + i, guestPorts.first + i];
				return { want: { protocol, ...between, port, guestPort, tap }, line };
			});
		});
	});

/**
 * Whether the host can reach it at 127.0.0.1: it is published on all addresses, or on an address of the host itself.
 */
const isFromLoopback = ({ host }: Publish): boolean =>
	host === ANY_HOST[4] || host.startsWith("127.");

/** The families in which taps of a network publish ports. */
export function publishedFamilies({ name }: Network, { taps }: Spec): ReadonlySet<Family> {
	const families = new Set<Family>();
	for (const tap of Object.values(taps))
		if (tap.network === name)
			for (const { want } of publishedOf(tap)) families.add(want.host.includes(":") ? 6 : 4);
	return families;
}

/** What a tap publishes, and what the host needs to forward it. */
export function publishOf(tap: Tap, segment: string, network: Network): Resource[] {
	if (tap.publish.length === 0) return [];
	const ports = publishedOf(tap);
	const path = `taps.${tap.name}.publish`;
	const local: RouteLocalnet = { link: segment };
	const all: Publishing = { segment, network: network.name };
	return [
		...(ports.some(({ want }) => isFromLoopback(want))
			? [{ kind: "route-localnet", want: local, path }]
			: []),
		{ kind: "table", want: { name: TABLE }, path },
		{ kind: "publishing", want: all, path },
		...ports.map(({ want, line }) => ({ kind: "publish", want, path: `${path}[${line}]` })),
	];
}
