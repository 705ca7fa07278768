import { accessSync, constants, existsSync, statSync } from "node:fs";
import { KernelError } from "../../sys/error.js";
import { type Check, stops, warns } from "../check.js";

const TUN = "/dev/net/tun";
/** CAP_NET_ADMIN of linux/capability.h. */
const NETWORK_BIT = 12n;

/** Whether the tun module is there, and its device may be opened. */
export const tun: Check = {
	check: "tun",
	of: "host",
	run({ facts }) {
		if (!existsSync(TUN)) {
			const isInKernel = /^\s*\d+ tun$/m.test(facts.file("/proc/misc") ?? "");
			return [
				stops({
					code: "FINDING_NO_TUN",
					message: isInKernel
						? `${TUN} is not there, although the kernel has tun`
						: `the kernel has no tun: ${TUN} is not there`,
					evidence: [`${TUN}: no such file`],
					remedy: isInKernel ? `mkdir -p /dev/net && mknod -m 666 ${TUN} c 10 200` : "modprobe tun",
				}),
			];
		}
		try {
			accessSync(TUN, constants.R_OK | constants.W_OK);
			return [];
		} catch {
			const mode = (statSync(TUN).mode % 0o1000).toString(8);
			return [
				stops({
					code: "FINDING_TUN_ACCESS",
					message: `you may not open ${TUN}: whoever starts the virtual machine has to`,
					evidence: [`${TUN}: mode ${mode}`],
					remedy: `chmod 666 ${TUN}`,
				}),
			];
		}
	},
};

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

const ABSENT = new Set(["EINVAL", "EPROTONOSUPPORT", "EOPNOTSUPP"]);

/** Whether the kernel answers requests for its rules. */
export const nftables: Check = {
	check: "nf_tables",
	of: "host",
	run({ facts }) {
		try {
			facts.tables();
			return [];
		} catch (error) {
			// Nobody answers for the subsystem: nfnetlink_rcv_msg() says EINVAL, a kernel without nfnetlink EPROTONOSUPPORT.
			if (!(error instanceof KernelError) || !ABSENT.has(error.errno ?? "")) throw error;
			return [
				stops({
					code: "FINDING_NFTABLES",
					message: "the kernel has no nf_tables: neither NAT nor the guard of guests can be set up",
					evidence: [error.message],
					remedy: "modprobe nf_tables",
				}),
			];
		}
	},
};
