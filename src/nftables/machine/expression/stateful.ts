import type { Out } from "../../../netlink/schema.js";
import * as nft from "../../../uapi/nf_tables_const.js";
import type {
	connlimitAttrs,
	limitAttrs,
	quotaAttrs,
	statefulExpr,
} from "../../../uapi/nf_tables_expr.js";
import type { Evaluation, Run } from "../evaluation.js";

const has = (flags: number | undefined, flag: number): boolean => ((flags ?? 0) & flag) !== 0;

/** A rate: a single packet is within it, so it does not match a rule with `over`. */
export const limit: Run<Out<typeof limitAttrs>> = (data, on) => {
	const { NFTA_LIMIT_RATE: rate = 0n, NFTA_LIMIT_UNIT: seconds = 1n } = data;
	const unit = data.NFTA_LIMIT_TYPE === nft.NFT_LIMIT_PKT_BYTES ? "bytes" : "packets";
	const isOver = has(data.NFTA_LIMIT_FLAGS, nft.NFT_LIMIT_F_INV);
	const what = `a rate of ${rate} ${unit} in ${seconds} s`;
	const isWithin = on.choices.choose(on.place(what), ["within it", "beyond it"]) === 0;
	if (isWithin === isOver) on.break();
};

/** The amount used so far is known: nft_overquota(). */
export const quota: Run<Out<typeof quotaAttrs>> = (data, on) => {
	const { NFTA_QUOTA_BYTES: most = 0n, NFTA_QUOTA_CONSUMED: consumed = 0n } = data;
	const isOver = consumed + BigInt(on.packet.length) >= most;
	if (isOver !== has(data.NFTA_QUOTA_FLAGS, nft.NFT_QUOTA_F_INV)) on.break();
};

/** The number of connections is not read from the kernel: a new one is most probably within the limit. */
export const connlimit: Run<Out<typeof connlimitAttrs>> = (data, on) => {
	const { NFTA_CONNLIMIT_COUNT: most = 0, NFTA_CONNLIMIT_FLAGS: flags } = data;
	const isOver = has(flags, nft.NFT_CONNLIMIT_F_INV);
	const what = `whether more than ${most} connections are tracked`;
	const isWithin = on.choices.choose(on.place(what), ["no", "yes"]) === 0;
	if (isWithin === isOver) on.break();
};

/** An expression with a state, in a rule or in an element of a set. */
export function stateful(expression: Out<typeof statefulExpr>, on: Evaluation): void {
	const { NFTA_EXPR_NAME: name } = expression;
	const data = expression.NFTA_EXPR_DATA ?? {};
	if (name === "limit") limit(data, on);
	else if (name === "quota") quota(data, on);
	else if (name === "connlimit") connlimit(data, on);
}
