import { IFF_MULTI_QUEUE } from "../../uapi/if_tun.js";
import { type Check, warns } from "../check.js";

/** Whether a tap can have several queues, which the device itself says (TUNGETFEATURES). */
export const tunQueues: Check = {
	check: "queues of taps",
	of: "host",
	run({ facts }) {
		const features = facts.tunFeatures();
		if (features === undefined || (features & IFF_MULTI_QUEUE) !== 0) return [];
		return [
			warns({
				code: "FINDING_TUN_QUEUES",
				message: "the tun of this kernel has no taps with several queues: do without multiQueue",
				evidence: [`TUNGETFEATURES: 0x${features.toString(16)}`],
			}),
		];
	},
};
