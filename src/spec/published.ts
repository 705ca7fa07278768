import { type Family, formatAddress } from "../inet/cidr.js";
import { isLinkLocal } from "../inet/link-local.js";
import type { Draft, DraftTap } from "./draft.js";
import type { Issues } from "./issues.js";
import { isOf, type Publish, widthOf } from "./publish.js";
import type { Placed } from "./reading.js";
import { formatPath, type Path } from "./tree.js";

/** The limit for one spec: each port is an element of a map in the kernel, and an object in the journal. */
const MAX_PORTS = 4096;

/** Check published ports against the guests that they lead to, and against each other. */
export function checkPublished(draft: Draft, issues: Issues): void {
	const claims: Claims = new Map();
	const guests = guestAddresses(draft);
	for (const tap of draft.taps.values()) {
		checkWidth(tap, issues);
		for (const published of tap.publish) {
			checkGuest(published, tap, issues);
			const guest = guests.get(published.value.host ?? "");
			if (guest !== undefined)
				issues.add(
					published.path,
					`${published.value.host} is the address of a guest (${formatPath(guest)}), none of the host's`,
				);
			claim(published, claims, issues);
		}
	}
}

function guestAddresses({ taps }: Draft): ReadonlyMap<string, Path> {
	const addresses = [...taps.values()].flatMap(({ guest }) => guest.addresses);
	return new Map(addresses.map(({ value, path }) => [formatAddress(value.address), path]));
}

function checkWidth({ publish, path }: DraftTap, issues: Issues): void {
	const count = publish.reduce((sum, { value }) => sum + widthOf(value), 0);
	if (count > MAX_PORTS)
		issues.add([...path, "publish"], `are ${count} ports; ${MAX_PORTS} of one tap at most`);
}

function checkGuest(
	{ value, path }: Placed<Publish>,
	{ guest, path: tap }: DraftTap,
	issues: Issues,
): void {
	// There is an issue about an invalid address already.
	if (issues.has([...tap, "guest", "addresses"])) return;
	const wide = guest.addresses.filter((one) => !isLinkLocal(one.value.address));
	if (wide.some((one) => isOf(value, one.value.family))) return;
	const sort = value.family === undefined ? "" : `IPv${value.family} `;
	issues.add(
		path,
		`leads nowhere: the guest has no ${sort}address here`,
		`say it in guest.addresses, or by --guest-address`,
	);
}

/** The claims on each port of each protocol, by the text of both. */
type Claims = Map<string, Claim[]>;
interface Claim {
	readonly family: Family | undefined;
	readonly host: string | undefined;
	readonly path: Path;
}

/**
 * A port of one address takes precedence over the same port of all addresses, so these two may lead to different
 * guests. A conflict is reported once, however many ports of a range it is about.
 */
function claim({ value, path }: Placed<Publish>, claims: Claims, issues: Issues): void {
	const { protocol, family, host, ports } = value;
	let isTold = false;
	for (let port = ports.first; port <= ports.last; port++) {
		const key = `${protocol} ${port}`;
		const there = claims.get(key) ?? [];
		const other = there.find(
			(one) => one.host === host && (one.family ?? family) === (family ?? one.family),
		);
		if (other !== undefined && !isTold) {
			issues.add(
				path,
				`${key} of ${host ?? "all addresses"} is published already (${formatPath(other.path)})`,
			);
			isTold = true;
		}
		claims.set(key, [...there, { family, host, path }]);
	}
}
