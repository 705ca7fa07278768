import { type Check, warns } from "../check.js";

const PATH = "net/ipv4/conf/all/arp_ignore";
/** What the values mean that keep guests from their gateway: ip-sysctl.rst. */
const MEANING: Readonly<Record<string, string>> = {
	1: "the host answers ARP for an address only on the interface that has it: a guest whose gateway is an address of another interface finds nobody",
	2: "the host answers ARP only to senders within the network of the address: a guest with an address of another network finds nobody",
	8: "the host answers ARP for none of its addresses, on no interface: no guest finds its gateway",
};

/** Whether the host answers ARP. Of this setting and that of the interface the kernel takes the higher one. */
export const arpIgnore: Check = {
	check: "answers to ARP",
	of: "host",
	run({ facts }) {
		const value = facts.setting(PATH) ?? "0";
		const message = MEANING[value];
		if (message === undefined) return [];
		return [
			warns({
				code: "FINDING_ARP_IGNORE",
				message,
				evidence: [`net.ipv4.conf.all.arp_ignore = ${value}`],
				remedy: "sysctl -w net.ipv4.conf.all.arp_ignore=0",
			}),
		];
	},
};
