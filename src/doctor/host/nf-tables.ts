import { KernelError } from "../../sys/error.js";
import { type Check, stops } from "../check.js";

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
