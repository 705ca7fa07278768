import type { StatementJson } from "../../../nftables/index.js";
import type { PolicySets } from "../set/policy.js";
import { isIn } from "./match.js";

/** What is done with packets of guests by what is said of them. Undefined: what else there is to say decides. */
type Verdicts<Name extends string> = Readonly<Record<Name, Verdict | undefined>>;
/** One for networks, where what is said of a guest itself leads elsewhere. */
type Verdict = StatementJson | { readonly guests: StatementJson; readonly networks: StatementJson };

/**
 * Rules that find what is said of the guest that sent a packet: of it alone, of its segment, of its network. What is said of
 * fewer goes first, so each of these is asked for all that can be said.
 */
export function bySender<Name extends string>(
	policy: Readonly<Record<Name, PolicySets>>,
	verdicts: Verdicts<NoInfer<Name>>,
): StatementJson[][] {
	const said = Object.entries<PolicySets>(policy).map(([name, sets]) => {
		const verdict: Verdict = verdicts[name as Name] ?? { return: null };
		const { guests: then, networks: otherwise } =
			"networks" in verdict ? verdict : { guests: verdict, networks: verdict };
		return [sets, then, otherwise] as const;
	});
	return [
		...said.map(([{ guests4 }, then]) => [isIn(["iifname", "ip saddr"], guests4.set), then]),
		...said.map(([{ guests6 }, then]) => [isIn(["iifname", "ip6 saddr"], guests6.set), then]),
		...said.map(([{ segments }, then]) => [isIn("iifname", segments.set), then]),
		...said.map(([{ networks }, , then]) => [isIn("iifgroup", networks.set), then]),
	];
}
