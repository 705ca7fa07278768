import { type Check, stops } from "../check.js";

/** Whether the kernel's nf_tables has all that our rules consist of. */
export const features: Check = {
	check: "features of nf_tables",
	of: "host",
	run({ facts }) {
		return facts.missingFeatures().map(({ feature, use, module, error }) =>
			stops({
				code: "FINDING_NFTABLES",
				message: `the kernel's nf_tables has no ${feature}: ${use} cannot be set up`,
				evidence: [error],
				remedy: `modprobe ${module}`,
			}),
		);
	},
};
