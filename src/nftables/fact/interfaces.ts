import { IfreqDriver } from "../../kernel/ifreq.js";
import { readIndex } from "../../kernel/read.js";
import { RtnetlinkDriver } from "../../kernel/rtnetlink.js";
import { IFNAMSIZ } from "../../uapi/if.js";

/** Properties of interfaces that a ruleset may name. */
export interface Interfaces {
	ifindex(name: string): number | undefined;
	ifname(index: number): string | undefined;
}

/** Every question opens a socket of its own, because the calling thread may enter another namespace afterwards. */
function asked<D extends { close(): void }, T>(driver: D, question: (driver: D) => T): T {
	try {
		return question(driver);
	} finally {
		driver.close();
	}
}

/** The interfaces that exist at this moment in the network namespace of the calling thread. */
export const localInterfaces: Interfaces = {
	ifindex: (name) =>
		name.length === 0 || Buffer.byteLength(name) >= IFNAMSIZ
			? undefined
			: asked(new RtnetlinkDriver({}), (driver) =>
					readIndex({ rtnetlink: (requests) => driver.send(requests) }, name),
				),
	ifname: (index) => asked(new IfreqDriver(), (driver) => driver.name(index)),
};

/** The same, cached for one document or listing, which names few interfaces many times. */
export function interfacesAtOnce(): Interfaces {
	const indexes = new Map<string, number | undefined>();
	const names = new Map<number, string | undefined>();
	const once = <K, V>(known: Map<K, V>, key: K, ask: (key: K) => V): V => {
		if (!known.has(key)) known.set(key, ask(key));
		return known.get(key) as V;
	};
	return {
		ifindex: (name) => once(indexes, name, localInterfaces.ifindex),
		ifname: (index) => once(names, index, localInterfaces.ifname),
	};
}
