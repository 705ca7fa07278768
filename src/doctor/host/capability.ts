import { type Check, warns } from "../check.js";

/** CAP_NET_ADMIN of linux/capability.h. */
const NETWORK_BIT = 12n;

/** Whether we have the capability that changes of the network take. */
export const capability: Check = {
	check: "capabilities",
	of: "host",
	run({ facts }) {
		const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(
			facts.file("/proc/thread-self/status") ?? "",
		)?.[1];
		if (effective === undefined) return [];
		if (((BigInt(`0x${effective}`) >> NETWORK_BIT) & 1n) === 1n) return [];
		return [
			warns({
				code: "FINDING_CAPABILITY",
				message: "you have no CAP_NET_ADMIN here: up and down are not for you",
				evidence: [`CapEff: ${effective}`],
				remedy: "sudo umlnet-nl doctor",
			}),
		];
	},
};
