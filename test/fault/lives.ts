import { formatAddress } from "../../src/inet/address.js";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import { RTM_NEWADDR, RTM_NEWROUTE } from "../../src/uapi/index.js";

const FOR_EVER = 0xffffffff;
const HZ = 100; // USER_HZ, the unit of rta_expires.

/** Lifetimes in seconds, by what has them. */
type Lives = Map<string, number>;

/** Every lifetime of addresses and routes. */
export function livesOf({ messages }: Snapshot): Lives {
	const lives: Lives = new Map();
	for (const bytes of messages.get("address") ?? []) {
		const { IFA_CACHEINFO, IFA_LOCAL, IFA_ADDRESS, ifa_prefixlen, ifa_index } = RTM_NEWADDR.decode(
			Buffer.from(bytes, "latin1"),
		);
		const title = `address ${formatAddress((IFA_LOCAL ?? IFA_ADDRESS) as Uint8Array)}/${ifa_prefixlen} of link ${ifa_index}`;
		const { ifa_valid = FOR_EVER, ifa_prefered = FOR_EVER } = IFA_CACHEINFO ?? {};
		if (ifa_valid !== FOR_EVER) lives.set(`${title}, valid`, ifa_valid);
		if (ifa_prefered !== FOR_EVER && ifa_prefered !== 0)
			lives.set(`${title}, preferred`, ifa_prefered);
	}
	for (const bytes of messages.get("route") ?? []) {
		const { RTA_CACHEINFO, RTA_DST, rtm_dst_len, rtm_family, RTA_PRIORITY, RTA_TABLE } =
			RTM_NEWROUTE.decode(Buffer.from(bytes, "latin1"));
		const { rta_expires = 0 } = RTA_CACHEINFO ?? {};
		const to = RTA_DST === undefined ? "default" : formatAddress(RTA_DST);
		const title = `route ${to}/${rtm_dst_len}, ${rtm_family}, metric ${RTA_PRIORITY}, table ${RTA_TABLE}`;
		if (rta_expires !== 0) lives.set(title, rta_expires / HZ);
	}
	return lives;
}

/** The kernel counts whole seconds, and rounds when it reports and when it is told, on both ways of a move. */
const ROUNDED = 4;

/** Lifetimes that have changed by more or less than the time that has passed. */
export const otherLives = (was: Lives, is: Lives, seconds: number, tolerance = ROUNDED): string[] =>
	[...was].flatMap(([title, left]) => {
		const now = is.get(title);
		if (now === undefined || Math.abs(left - seconds - now) <= tolerance) return [];
		return [
			`lifetime of ${title}: ${Math.round(left)} s were left, ${Math.round(seconds)} s later ${Math.round(now)} s`,
		];
	});
