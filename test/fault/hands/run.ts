/** Runs a case: a spec is up, somebody else changes the host, and a command of ours follows. */
import type { LossReport } from "../../../src/engine/report.js";
import { difference, type Snapshot } from "../../../src/oracle/snapshot.js";
import { specFromFlags } from "../../../src/spec/spec.js";
import { UmlnetError } from "../../../src/sys/error.js";
import { quietGuests } from "../../kernel/guest.js";
import { Lab } from "../../kernel/lab.js";
import { withoutDetails } from "../details.js";
import { livesOf, otherLives } from "../lives.js";
import { LINK_LOCAL_ORDER } from "../uplinks/uplink.js";
import { act, namesOf, namesOn, numberOf, written } from "./act.js";
import { type Case, HOSTS } from "./case.js";
import { expectation, otherwise, withoutFlush } from "./expectation.js";
import type { Mutation } from "./mutation.js";
import { unnamed } from "./named.js";

const UNRELATED = specFromFlags({ tap: "other0", owner: 500, address: ["10.99.7.1/24"] });

/** How a command of ours ended. */
interface Ending {
	readonly what: string;
	readonly code: string;
	readonly text: string;
}

/** What reports may contain in addition to success. */
interface Told {
	readonly residual?: readonly string[];
	readonly losses?: readonly LossReport[];
}

async function ending(what: string, work: () => Promise<unknown>): Promise<Ending> {
	try {
		const { residual = [], losses = [] } = ((await work()) ?? {}) as Told;
		const lost = losses.map(({ subject, reason }) => `${subject}: ${reason}`);
		return { what, code: "done", text: [...residual, ...lost].join("; ") };
	} catch (error) {
		if (!(error instanceof UmlnetError)) throw error;
		const { code, message, step, hint } = error;
		return { what, code, text: [step, message, hint].filter(Boolean).join(": ") };
	}
}

/** The errors with which each command may end. */
const MAY = {
	"up again": ["ERR_CONFLICT", "ERR_ROLLBACK", "ERR_SPEC"],
	down: ["ERR_CONFLICT", "ERR_ROLLBACK"],
	"up once more": [],
	recover: ["ERR_ROLLBACK"],
	verify: [],
	"an unrelated down": [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export interface Result {
	readonly flaws: readonly string[];
	/** The mutations that the host accepted. */
	readonly took: readonly string[];
	/** How many losses were named that are acceptable. */
	readonly named: number;
}

/** Run one case on a host of its own, and check the state that it leaves. */
export async function resultOf(one: Case): Promise<Result> {
	const expected = await expectation(one);
	const other = await otherwise(one);
	const kept = await withoutFlush(one);
	const lab = await Lab.open(HOSTS[one.host]);
	const open: Disposable[] = [];
	try {
		return await new Run(lab, one, { expected, other, kept, open }).result();
	} finally {
		for (const guest of open) guest[Symbol.dispose]();
		lab.close();
	}
}

/** The host of a run, and what must be closed in any case. */
interface Around {
	readonly expected: Snapshot;
	readonly other: Snapshot | undefined;
	/** Without what makes the kernel flush a link that is no port. */
	readonly kept: Snapshot | undefined;
	readonly open: Disposable[];
}

class Run {
	readonly #lab: Lab;
	readonly #case: Case;
	readonly #expected: Snapshot;
	readonly #other: Snapshot | undefined;
	readonly #kept: Snapshot | undefined;
	/** The descriptors of guests. */
	readonly #open: Disposable[];
	readonly #flaws: string[] = [];
	readonly #endings: Ending[] = [];

	constructor(lab: Lab, one: Case, { expected, other, kept, open }: Around) {
		this.#lab = lab;
		this.#case = one;
		this.#expected = expected;
		this.#other = other;
		this.#kept = kept;
		this.#open = open;
	}

	async result(): Promise<Result> {
		const { scenario, mutations, verb } = this.#case;
		const before = this.#lab.look();
		const first = await this.#do("up", () => this.#lab.run((host) => host.up(scenario.spec)));
		// The campaign of uplinks tests hosts on which `up` fails.
		if (first.code !== "done")
			return { flaws: [`up: ${first.code}: ${first.text}`], took: [], named: 0 };
		this.#endings.length = 0;
		const took = await this.#meddle(mutations);
		await this.#ask(verb);
		await this.#unrelated();
		await this.#expectOf("recover", () => this.#lab.run((host) => host.recover()));
		await this.#takeDown(took);
		await this.#unrelated();
		await this.#expectOf("recover", () => this.#lab.run((host) => host.recover()));
		for (const guest of this.#open.splice(0)) guest[Symbol.dispose]();
		await this.#mend(took);
		const named = await this.#compare(before);
		return { flaws: this.#flaws, took, named };
	}

	async #meddle(mutations: readonly Mutation[]): Promise<string[]> {
		const { spec, bridge, has } = this.#case.scenario;
		const bare = namesOf(this.#case.scenario);
		const names = {
			...bare,
			...namesOn(this.#lab),
			...(has.includes("member") && bridge !== undefined && { M: bridge }),
			TN: numberOf(bare.T ?? ""),
			BN: bridge === undefined ? "" : numberOf(bridge),
		};
		const took: string[] = [];
		for (const { name, act: script, seconds } of mutations)
			if (script === "OPEN") {
				this.#open.push(quietGuests(spec));
				took.push(name);
			} else if (await act(this.#lab, written(script, names), seconds)) took.push(name);
		return took;
	}

	async #do(what: string, work: () => Promise<unknown>): Promise<Ending> {
		const end = await ending(what, async () => ((await work()) as { result?: unknown })?.result);
		this.#endings.push(end);
		return end;
	}

	/** Run a command, which may end with certain errors only. */
	async #expectOf(what: keyof typeof MAY, work: () => Promise<unknown>): Promise<Ending> {
		const end = await this.#do(what, work);
		const may: readonly string[] = ["done", ...MAY[what]];
		if (!may.includes(end.code)) this.#flaws.push(`${what}: ${end.code}: ${end.text}`);
		return end;
	}

	async #ask(verb: Case["verb"]): Promise<void> {
		const { spec } = this.#case.scenario;
		const lab = this.#lab;
		if (verb === "up again") await this.#upAgain();
		else if (verb === "down")
			await this.#expectOf("down", () => lab.run((host) => host.down({ spec })));
		else if (verb === "recover")
			await this.#expectOf("recover", () => lab.run((host) => host.recover()));
		else if (verb === "verify") await this.#verify();
		else await this.#unrelatedUp();
	}

	/** After a repair nothing has drifted, and a second `up` has nothing to do. */
	async #upAgain(): Promise<void> {
		const { spec } = this.#case.scenario;
		const lab = this.#lab;
		const end = await this.#expectOf("up again", () => lab.run((host) => host.up(spec)));
		if (end.code !== "done") return;
		const { drift } = await this.#drift();
		this.#flaws.push(...drift.map((line) => `after up again: ${line}`));
		await this.#expectOf("up once more", async () => {
			const { mutations } = await lab.run((host) => host.up(spec));
			if (mutations.length > 0) this.#flaws.push(`up once more: changes ${mutations.join(" ")}`);
			return {};
		});
	}

	async #verify(): Promise<void> {
		const { drift, strays } = await this.#drift();
		const shows = this.#case.mutations.length === 1 && this.#case.mutations[0]?.drifts;
		if (shows && drift.length + strays.length === 0)
			this.#flaws.push("verify: nothing is told of it");
	}

	/** What has drifted, and objects of others with our marks, which `up` cannot repair. */
	async #drift(): Promise<{ drift: readonly string[]; strays: readonly string[] }> {
		let drift: readonly string[] = [];
		let strays: readonly string[] = [];
		await this.#expectOf("verify", async () => {
			const { result } = await this.#lab.run((host) => host.status(undefined, { verify: true }));
			drift = result.resources.flatMap((one) => one.drift.map(({ message }) => message));
			strays = result.strays ?? [];
		});
		return { drift, strays };
	}

	/** Another network must not be blocked. */
	async #unrelated(): Promise<void> {
		const lab = this.#lab;
		if (!(await this.#unrelatedUp())) return;
		if (numberOf("other0") === "0") this.#flaws.push("an unrelated up: other0 is not there");
		await this.#expectOf("an unrelated down", () =>
			lab.run((host) => host.down({ taps: ["other0"] })),
		);
		if (numberOf("other0") !== "0") this.#flaws.push("an unrelated down: other0 is there yet");
	}

	/** @returns whether it is up; if somebody has the name of our table, it says so and is not */
	async #unrelatedUp(): Promise<boolean> {
		const end = await this.#do("an unrelated up", () =>
			this.#lab.run((host) => host.up(UNRELATED)),
		);
		if (end.code === "done") return true;
		const isTold = end.code === "ERR_CONFLICT" && end.text.includes("table");
		if (!isTold || !this.#case.mutations.some(({ squats }) => squats))
			this.#flaws.push(`an unrelated up: ${end.code}: ${end.text}`);
		return false;
	}

	async #takeDown(took: readonly string[]): Promise<void> {
		const lab = this.#lab;
		const down = () => this.#expectOf("down", () => lab.run((host) => host.down({ all: true })));
		const end = await down();
		const unblocks = this.#case.mutations.flatMap(({ unblock }) => unblock ?? []);
		const isAlone = this.#case.mutations.length === 1 && took.length === 1;
		if (end.code !== "ERR_CONFLICT" && isAlone && unblocks.length > 0)
			this.#flaws.push("down: what others have on it was not in its way");
		if (end.code !== "ERR_CONFLICT") return;
		if (unblocks.length === 0) this.#flaws.push(`down: nothing is in the way, but ${end.text}`);
		for (const script of unblocks) await act(lab, written(script, namesOf(this.#case.scenario)));
		const again = await down();
		if (again.code === "ERR_CONFLICT" && unblocks.length > 0)
			this.#flaws.push(`down: nothing is in the way any more, but ${again.text}`);
	}

	/** An object that others made in place of ours must still exist, and is deleted by them. */
	async #mend(took: readonly string[]): Promise<void> {
		for (const { name, mend } of this.#case.mutations) {
			if (mend === undefined || !took.includes(name)) continue;
			const script = written(mend, namesOf(this.#case.scenario));
			if (!(await act(this.#lab, script))) this.#flaws.push(`left: nothing to ${script}`);
		}
	}

	/** The host must be as it would be without us; every difference must have been reported. */
	async #compare(before: Snapshot): Promise<number> {
		const except = ["conntrack", "state directory", "open files"];
		const { mutations } = this.#case;
		const hasOrder = !mutations.some(({ anyOrder }) => anyOrder);
		const differences = (is: Snapshot): string[] =>
			difference(this.#expected, is, { except }).filter(
				(line) => !isPassing(line) && (hasOrder || !line.includes("in another order")),
			);
		let after = this.#lab.look();
		if (differences(after).length > 0) after = await this.#lab.lookSettled();
		const mayReturn = mutations.some((one) => one.mayReturn);
		const same = mayReturn ? withoutNumber : (line: string) => line;
		const allowed = new Set([
			...(mayReturn ? differences(before).map(same) : []),
			...[this.#other, this.#kept].flatMap((one) => (one ? differences(one).map(same) : [])),
		]);
		const told = this.#endings
			.filter(({ what }) => what !== "verify")
			.map(({ text }) => text)
			.join("\n");
		const lines = differences(after).filter((line) => !allowed.has(same(line)));
		const silent = unnamed(lines, told);
		this.#flaws.push(
			...withoutDetails(silent).map((line) => `left: ${line}`),
			...otherLives(livesOf(this.#expected), livesOf(after), 0, MOMENT).map(
				(line) => `left: ${line}`,
			),
		);
		const isPartial = this.#endings.some(({ code }) => code === "ERR_ROLLBACK");
		const own = difference(before, after).filter((line) =>
			/^(state directory|open files)/.test(line),
		);
		if (!isPartial) this.#flaws.push(...own.map((line) => `left: ${line}`));
		return lines.length - silent.length;
	}
}

/** A line of a difference without the index of the link, as a link that was plugged in again has another one. */
const withoutNumber = (line: string): string =>
	line
		.replace(/^(address|(?:proxied )?neighbour|netconf|forwarding entry) (\d+ )?\d+ /, "$1 $2")
		.replace(/\b(ifa_index|ndm_ifindex|RTA_OIF|NHA_OIF|NETCONFA_IFINDEX)=\d+/g, "$1");

/** How long a case may take, for comparing lifetimes on two hosts. */
const MOMENT = 60;

/**
 * The handle of a table counts all tables that ever existed, a bridge keeps traces of former ports, and if a link is
 * renamed, its further addresses get labels with numbers (inetdev_changename).
 */
const isPassing = (line: string): boolean =>
	/IFA_LABEL was (\w+)(:\d+)?, is \1(:\d+)?$/.test(line) ||
	/^nft table .*NFTA_TABLE_HANDLE was/.test(line) ||
	LINK_LOCAL_ORDER.test(line) ||
	// A rule loses its interface when that is renamed (FIB_RULE_IIF_DETACHED), and one that is added again finds it by an
	// alternative name as well (net/core/fib_rules.c).
	/^rule .*: flags was 8, is 0$/.test(line) ||
	/^link other: IFLA_(TSO_MAX_SIZE|CARRIER|OPERSTATE|GSO\w*)/.test(line);
