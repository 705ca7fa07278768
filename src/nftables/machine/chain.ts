import { NF_ACCEPT } from "../../uapi/netfilter.js";
import * as nft from "../../uapi/nf_tables_const.js";
import type { Choices } from "./choices.js";
import { Evaluation, type HookPoint, type NatDone, type World } from "./evaluation.js";
import { RUN } from "./expression/index.js";
import type { Packet } from "./packet.js";
import type { Chain, Rule } from "./ruleset.js";

/** What gave a verdict: a rule, or the policy of a base chain. */
export interface Giver {
	/** The base chain, and the chain that contains the rule. */
	readonly base: Chain;
	readonly chain: Chain;
	/** Undefined for the policy. */
	readonly rule: Rule | undefined;
	/** What the rule does in addition to the verdict: `reject`. */
	readonly manner?: string | undefined;
}

/** How a base chain ended. */
export interface ChainResult {
	/** NF_* */
	readonly code: number;
	readonly by: Giver;
	readonly nat: NatDone | undefined;
}

/** NFT_JUMP_STACK_SIZE: the kernel accepts no deeper ruleset. */
const MOST_JUMPS = 16;

interface Frame {
	readonly chain: Chain;
	at: number;
}

/** Run a packet through a base chain: nft_do_chain(), net/netfilter/nf_tables_core.c. */
export function runChain(
	base: Chain,
	packet: Packet,
	point: HookPoint,
	world: World,
	choices: Choices,
): ChainResult {
	const on = new Evaluation(packet, point, base.table, world, choices);
	const stack: Frame[] = [];
	let frame: Frame = { chain: base, at: 0 };
	for (;;) {
		const rule = frame.chain.rules[frame.at++];
		if (rule === undefined) {
			const caller = stack.pop();
			if (caller === undefined) break;
			frame = caller;
			continue;
		}
		runRule(rule, on);
		const { code } = on;
		if (code >= 0) {
			const by = { base, chain: frame.chain, rule, manner: on.manner };
			return { code, by, nat: on.nat };
		}
		if (code === nft.NFT_RETURN) {
			const caller = stack.pop();
			if (caller === undefined) break;
			frame = caller;
		} else if (code === nft.NFT_JUMP || code === nft.NFT_GOTO) {
			const chain = base.table.chains.get(on.chain ?? "");
			if (chain === undefined || stack.length > MOST_JUMPS) break;
			if (code === nft.NFT_JUMP) stack.push(frame);
			frame = { chain, at: 0 };
		}
	}
	const policy = base.base?.policy ?? NF_ACCEPT;
	return { code: policy, by: { base, chain: base, rule: undefined }, nat: undefined };
}

/** Run a packet through one rule; `code` says how it ended. */
function runRule(rule: Rule, on: Evaluation): void {
	on.rule = rule;
	on.code = nft.NFT_CONTINUE;
	on.manner = undefined;
	for (const { NFTA_EXPR_NAME: name, NFTA_EXPR_DATA: data = {} } of rule.expressions) {
		const run = RUN[name as keyof typeof RUN];
		if (run === undefined) {
			if (!on.depends(`the expression ${name}, which is not known here`, true)) on.break();
		} else run(data, on);
		if (on.code !== nft.NFT_CONTINUE) return;
	}
}
