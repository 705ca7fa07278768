import { accessSync, constants, existsSync, statSync } from "node:fs";
import { type Check, stops } from "../check.js";

const TUN = "/dev/net/tun";

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
