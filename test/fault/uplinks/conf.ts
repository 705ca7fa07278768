import { readdirSync, readFileSync } from "node:fs";

const ROOT = "/proc/sys/net";
const BELOW = ["ipv4/conf", "ipv6/conf", "ipv4/neigh", "ipv6/neigh"];

/**
 * Settings in which a bridge need not be what its uplink was: what follows from something else, or tells how it is
 * and sets nothing.
 */
const ITS_OWN = new Map([
	["ipv6/conf/mtu", "follows the MTU of the link"],
	["ipv6/conf/stable_secret", "made where it is asked for"],
	["ipv4/conf/mc_forwarding", "who routes groups sets it"],
	["ipv6/conf/mc_forwarding", "who routes groups sets it"],
]);

/** Every setting of one link below conf/ and neigh/. */
export function settingsOf(link: string): Map<string, string> {
	const settings = new Map<string, string>();
	for (const below of BELOW) {
		for (const name of names(`${ROOT}/${below}/${link}`))
			if (!ITS_OWN.has(`${below}/${name}`))
				settings.set(`${below}/${name}`, read(`${ROOT}/${below}/${link}/${name}`));
	}
	return settings;
}

/** A link whose MTU is too small for IPv6 has none. */
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
 * In what else a bridge can be: given the link-local addresses of its uplink, where it would make others it makes none.
 */
const OR = new Map([["ipv6/conf/addr_gen_mode", "1"]]);

/** What is other, a line each. */
export const otherSettings = (was: Map<string, string>, is: Map<string, string>): string[] =>
	[...was].flatMap(([name, value]) =>
		is.get(name) === value || (OR.has(name) && is.get(name) === OR.get(name))
			? []
			: [`setting ${name} was ${value}, is ${is.get(name) ?? "none"}`],
	);
