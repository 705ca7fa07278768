import type { PlanContext, Step } from "../../src/engine/kind.js";
import type { Difference } from "../../src/engine/report.js";
import { formatAddress } from "../../src/inet/address.js";
import type { Action, Identity } from "../../src/kernel/action.js";
import { execute } from "../../src/kernel/execute.js";
import { describe } from "../../src/netlink/describe.js";
import type { Request } from "../../src/netlink/request.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { linkNamed } from "../../src/testing/fake/namespace.js";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from "../../src/uapi/netlink.js";
import { pictureOf } from "../engine/picture.js";
import { readable } from "./readable.js";

/** A host on which one kind acts alone. */
export class Stage {
	readonly kernel = new FakeKernel();

	constructor(host: (kernel: FakeKernel) => void) {
		host(this.kernel);
	}

	/** The context that the kind gets. The links named here are created in the same transaction. */
	context(blank: readonly string[] = []): PlanContext {
		return {
			kernel: this.kernel,
			place: undefined,
			indexOf: (link) => this.index(link),
			once: (_fact, read) => read(),
			isBlank: (link) => blank.includes(link),
			made: () => undefined,
			isBeingDeleted: () => false,
			isWanted: () => false,
			others: () => [],
		};
	}

	index(link: string): number {
		const { index } = linkNamed(this.kernel.ns, link) ?? {};
		if (index === undefined) throw new Error(`there is no ${link}`);
		return index;
	}

	/** Run actions. A failure is thrown. */
	run(actions: readonly Action[]): void {
		for (let at = 0; at < actions.length; ) {
			const failures = execute(this.kernel, actions.slice(at));
			for (const failure of failures) if (failure !== undefined) throw failure;
			at += failures.length;
		}
	}
	do(steps: readonly Step[]): void {
		this.run(steps.map((step) => step.do));
	}
	/** Undo steps, the last one first, and ignore failures. */
	undo(steps: readonly Step[]): void {
		for (const { undo } of steps.toReversed())
			for (const action of undo) execute(this.kernel, [action]);
	}
	picture(): string {
		return pictureOf(this.kernel);
	}

	/** Steps in words: phase and label, what is done, and what undoes it. Links are identified by their names. */
	words(steps: readonly Step[], made: object): string[] {
		const names = new Map([...this.kernel.ns.links].map(([index, { name }]) => [index, name]));
		if ("index" in made && "name" in made) names.set(made.index as number, made.name as string);
		const named = (text: string): string =>
			text.replace(/\b(ifi_index|ifa_index|RTA_OIF|IFLA_MASTER|index) (\d+)/g, (_, what, index) =>
				[what, names.get(Number(index)) ?? index].join(" "),
			);
		return steps.flatMap((step) => [
			...labels([step]),
			...wordsOf(step.do).flatMap((text) => wrapped(`  do ${named(text)}`)),
			...step.undo.flatMap(wordsOf).flatMap((text) => wrapped(`  undo ${named(text)}`)),
		]);
	}
}

/** The labels of steps. */
export const labels = (steps: readonly Step[]): string[] =>
	steps.map(({ phase, label }) => `${phase}: ${label}`);

/** Steps that only change elements of sets: below each label the elements, as people write them. */
export const elements = (steps: readonly Step[]): string[] =>
	steps.flatMap((step) => [
		...labels([step]),
		...elementsOf(step.do).map((text) => `  do ${text}`),
		...step.undo.flatMap(elementsOf).map((text) => `  undo ${text}`),
	]);

function elementsOf(action: Action): string[] {
	if (action.via !== "nftables") throw new Error(`${action.via} is no change of elements`);
	return action.batch.flatMap(({ message: { name }, flags, value }) => {
		const isAdded = name === "NFT_MSG_NEWSETELEM";
		const verb = isAdded ? ((flags & NLM_F_EXCL) === 0 ? "put" : "add") : "remove";
		const { NFTA_SET_ELEM_LIST_SET: set, NFTA_SET_ELEM_LIST_ELEMENTS: list } = readable(value) as {
			readonly NFTA_SET_ELEM_LIST_SET: string;
			readonly NFTA_SET_ELEM_LIST_ELEMENTS: readonly {
				readonly NFTA_SET_ELEM_KEY: { readonly NFTA_DATA_VALUE: string };
				readonly NFTA_SET_ELEM_USERDATA: string;
			}[];
		};
		return list.map(
			({ NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: key }, NFTA_SET_ELEM_USERDATA: comment }) =>
				`${verb} ${set} ${key} ${comment}`,
		);
	});
}

const COLUMNS = 84;

/** Split a long line into several, of which the later ones are indented. */
function wrapped(text: string): string[] {
	if (text.length <= COLUMNS) return [text];
	const at = text.lastIndexOf(" ", COLUMNS);
	return [text.slice(0, at), ...wrapped(`    ${text.slice(at + 1)}`)];
}

const FLAGS = [
	["create", NLM_F_CREATE],
	["excl", NLM_F_EXCL],
	["append", NLM_F_APPEND],
] as const;

function requestWords(request: Request): string {
	const flags = FLAGS.flatMap(([name, flag]) => ((request.flags & flag) === 0 ? [] : [name]));
	const [name, ...attributes] = describe({ ...request, value: readable(request.value) })
		.split("\n")
		.map((line) => line.trim());
	return [name, ...flags, ...attributes].join(" ");
}

/** The identity that a link must have, or the action is skipped. */
function guard(only: Identity | undefined): string {
	if (only === undefined) return "";
	const alias = only.alias === undefined ? "" : ` or "${only.alias}"`;
	const master = only.master === undefined ? "" : ` and has IFLA_MASTER ${only.master}`;
	return ` if index ${only.index} is ${only.name}${alias}${master}`;
}

/** An action in words, one line for each message. */
function wordsOf(action: Action): string[] {
	switch (action.via) {
		case "rtnetlink":
			return [requestWords(action.request) + guard(action.only)];
		case "nftables":
			return action.batch.map(requestWords);
		case "sysctl": {
			const only = action.only === undefined ? "" : ` if still ${action.only}`;
			return [`write ${action.value} to ${action.path}${only}`];
		}
		case "router": {
			const { link, gateway, metric } = action.add;
			return [`make ${formatAddress(gateway)} a default router by ${link} metric ${metric}`];
		}
		case "tun": {
			const { name, owner, group, multiQueue, vnetHdr } = action.create;
			const with_ = Object.entries({ owner, group, multiQueue, vnetHdr });
			const told = with_.filter(([, value]) => value !== undefined && value !== false);
			return [`make tap ${name} ${told.map((pair) => pair.join(" ")).join(" ")}`.trim()];
		}
		case "persist":
			return [`persist ${action.name}`];
		case "unlink":
			return [`delete it${guard(action.link)}`];
	}
}

/** `made` as it is read from the journal. */
export const remembered = <Made>(made: Made): Made => JSON.parse(JSON.stringify(made)) as Made;

/** Differences in words. */
export const messagesOf = (differences: readonly Difference[] = []): string[] =>
	differences.map(({ message }) => message);
