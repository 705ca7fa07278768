/** The network of a namespace as text, to see whether it is as it was. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Kernel } from "./kernel/kernel.js";
import { RTM_GETADDR, RTM_NEWADDR } from "./uapi/if_addr.js";
import { RTEXT_FILTER_SKIP_STATS, RTM_GETLINK, RTM_NEWLINK } from "./uapi/if_link.js";
import { NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE } from "./uapi/nf_tables.js";
import { RTM_GETROUTE, RTM_NEWROUTE } from "./uapi/rtnetlink.js";

/** One line an object: link, address, route, nft table, value below /proc/sys/net. */
export function snapshot(kernel: Kernel): ReadonlySet<string> {
	const links = kernel.dump(RTM_GETLINK, RTM_NEWLINK, { IFLA_EXT_MASK: RTEXT_FILTER_SKIP_STATS });
	const addresses = kernel.dump(RTM_GETADDR, RTM_NEWADDR, {});
	const routes = kernel.dump(RTM_GETROUTE, RTM_NEWROUTE, {});
	const tables = kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, {}, true);
	return new Set([
		...links.map((link) => line("link", link)),
		...addresses.map((address) => line("address", address)),
		...routes.map((route) => line("route", route)),
		...tables.map((table) => line("nft table", table)),
		...settings("/proc/sys/net/ipv4"),
		...settings("/proc/sys/net/ipv6"),
	]);
}

/** What is in one snapshot only, `-` in the earlier and `+` in the later. */
export function difference(
	before: ReadonlySet<string>,
	after: ReadonlySet<string>,
): readonly string[] {
	const gone = [...before].filter((object) => !after.has(object));
	const come = [...after].filter((object) => !before.has(object));
	return [...gone.map((object) => `- ${object}`), ...come.map((object) => `+ ${object}`)];
}

function line(what: string, value: object): string {
	const plain = (key: string, field: unknown) => {
		if (key.startsWith("IFLA_STATS")) return undefined; // packets were sent, that is what it is for
		if (typeof field === "bigint") return String(field);
		return field instanceof Uint8Array ? [...field] : field;
	};
	return `${what} ${JSON.stringify(value, plain)}`;
}

function settings(directory: string): readonly string[] {
	return readdirSync(directory).flatMap((name) => {
		const path = join(directory, name);
		if (statSync(path).isDirectory()) return settings(path);
		try {
			return [`${path} = ${readFileSync(path, "latin1").trimEnd()}`];
		} catch {
			return []; // some can only be written
		}
	});
}
