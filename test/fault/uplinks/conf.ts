import { readdirSync, readFileSync } from "node:fs";

const ROOT = "/proc/sys/net";
const BELOW = ["ipv4/conf", "ipv6/conf", "ipv4/neigh", "ipv6/neigh"];

/** Settings in which a bridge may differ from its uplink: they follow from others, or only report a state. */
const ITS_OWN = new Map([
	["ipv6/conf/mtu", "follows the MTU of the link"],
	["ipv6/conf/stable_secret", "made where it is asked for"],
	["ipv4/conf/mc_forwarding", "who routes groups sets it"],
	["ipv6/conf/mc_forwarding", "who routes groups sets it"],
]);

/** Every setting of a link below conf/ and neigh/. */
export function settingsOf(link: string): Map<string, string> {
	const settings = new Map<string, string>();
	for (const below of BELOW) {
		for (const name of names(`${ROOT}/${below}/${link}`))
			if (!ITS_OWN.has(`${below}/${name}`))
				settings.set(`${below}/${name}`, read(`${ROOT}/${below}/${link}/${name}`));
	}
	return settings;
}

/** A link whose MTU is too small for IPv6 has no IPv6 settings. */
function names(directory: string): string[] {
	try {
		return readdirSync(directory);
	} catch {
		return [];
	}
}

function read(path: string): string {
	try {
		return readFileSync(path, "latin1").trim();
	} catch (error) {
		return `(${(error as NodeJS.ErrnoException).code})`;
	}
}

/**
 * Other values that are right for a bridge: it has the link-local addresses of its uplink, so it must not make its own
 * (1); and if the uplink has none yet and would make them from a secret, which a bridge does not have, it makes them
 * from the MAC (0).
 */
const OR = new Map([["ipv6/conf/addr_gen_mode", new Set(["1", "2 0"])]]);

/** The settings that differ, one a line. */
export const otherSettings = (was: Map<string, string>, is: Map<string, string>): string[] =>
	[...was].flatMap(([name, value]) =>
		is.get(name) === value ||
		OR.get(name)?.has(`${is.get(name)}`) === true ||
		OR.get(name)?.has(`${value} ${is.get(name)}`) === true
			? []
			: [`setting ${name} was ${value}, is ${is.get(name) ?? "none"}`],
	);
