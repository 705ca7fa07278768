import { IfreqDriver } from "../../kernel/ifreq.js";
import { readIndex } from "../../kernel/read.js";
import { RtnetlinkDriver } from "../../kernel/rtnetlink.js";
import { IFNAMSIZ } from "../../uapi/if.js";

/** What a ruleset may name of interfaces. */
export interface Interfaces {
	ifindex(name: string): number | undefined;
	ifname(index: number): string | undefined;
}

/** Ask something over a socket that is made for the question: the calling thread may enter another namespace after it. */
function asked<D extends { close(): void }, T>(driver: D, question: (driver: D) => T): T {
	try {
		return question(driver);
	} finally {
		driver.close();
	}
}

/** The interfaces of the network namespace that the calling thread is in when it asks, as they are then. */
export const localInterfaces: Interfaces = {
	ifindex: (name) =>
		name.length === 0 || Buffer.byteLength(name) >= IFNAMSIZ
			? undefined
			: asked(new RtnetlinkDriver({}), (driver) =>
					readIndex({ rtnetlink: (requests) => driver.send(requests) }, name),
				),
	ifname: (index) => asked(new IfreqDriver(), (driver) => driver.name(index)),
};

/** The same for one document or one listing: a ruleset names few interfaces, and each of them many times. */
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
