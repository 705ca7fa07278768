import type { Out } from "../../../netlink/schema.js";
import { NF_ACCEPT, NF_DROP, NF_STOLEN } from "../../../uapi/netfilter.js";
import { NFT_QUEUE_FLAG_BYPASS } from "../../../uapi/nf_tables_const.js";
import type { immediateAttrs, queueAttrs, tproxyAttrs } from "../../../uapi/nf_tables_expr.js";
import type { Run } from "../evaluation.js";

/** A value for a register, or a verdict. */
export const immediate: Run<Out<typeof immediateAttrs>> = (data, on) => {
	const { NFTA_IMMEDIATE_DREG: to = 0, NFTA_IMMEDIATE_DATA: given } = data;
	const verdict = given?.NFTA_DATA_VERDICT;
	if (verdict !== undefined) {
		on.code = verdict.NFTA_VERDICT_CODE ?? 0;
		on.chain = verdict.NFTA_VERDICT_CHAIN;
	} else on.registers.store(to, given?.NFTA_DATA_VALUE ?? new Uint8Array());
};

export const reject: Run = (_, on) => {
	on.code = NF_DROP;
	on.manner = "reject";
};

/** A program decides. If none listens the packet is lost, unless the queue may be bypassed. */
export const queue: Run<Out<typeof queueAttrs>> = (data, on) => {
	const isBypassed = ((data.NFTA_QUEUE_FLAGS ?? 0) & NFT_QUEUE_FLAG_BYPASS) !== 0;
	const what = `what the program at queue ${data.NFTA_QUEUE_NUM ?? "of a register"} says`;
	const options: [string, string] = isBypassed ? ["accept", "drop"] : ["drop", "accept"];
	const says = options[on.choices.choose(on.place(what), options)];
	on.code = says === "accept" ? NF_ACCEPT : NF_DROP;
	on.manner = "queue";
};

/** A local socket receives it, if there is one. */
export const tproxy: Run<Out<typeof tproxyAttrs>> = (_, on) => {
	if (!on.depends("whether a socket listens for tproxy", false)) on.break();
};

/** The packet leaves through another interface and is not seen here any more. */
export const fwd: Run = (_, on) => {
	on.code = NF_STOLEN;
	on.manner = "fwd";
};

/** SYNs are answered in place of the server, and the flow continues only afterwards. */
export const synproxy: Run = (_, on) => {
	on.code = NF_STOLEN;
	on.manner = "synproxy";
};
