import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { UnconfirmedError } from "../engine/error.js";
import type { TrialReport } from "../engine/report.js";
import type { HostPort, Session } from "./session.js";
import type { Settings } from "./settings.js";

// How long after `confirm` its end is noticed.
const POLL_MS = 100;

/** How a change that can be put on trial is asked for. */
export interface TrialOptions {
	/** Milliseconds. */
	readonly confirmWithin?: number;
}

/**
 * Change the host, and with --confirm-within wait until that is confirmed. If not, if we are interrupted or are
 * no more, it is rolled back: by us, or by the keeper, who is there before anything is changed.
 * @throws UnconfirmedError
 */
export function change<R extends { readonly trial?: TrialReport | undefined }>(
	session: Session,
	work: (host: HostPort, options: TrialOptions) => Promise<R>,
): Promise<R> {
	const { confirmWithin, stateDir } = session.settings;
	if (confirmWithin === undefined) return session.withHost((host) => work(host, {}));
	return session.withHost(async (host) => {
		const keeper = await session.startKeeper(stateDir);
		const interruption = session.io.listenForInterruption();
		let isOver = true;
		try {
			const report = await work(host, { confirmWithin });
			const { trial } = report;
			if (trial !== undefined) {
				isOver = false;
				session.say(`${sentence(trial)}: ${confirmCommand(session.settings)}`);
				await confirmed(host, trial, interruption.signal);
				isOver = true;
			}
			return { ...report, trial: undefined };
		} catch (error) {
			if (error instanceof UnconfirmedError) isOver = true;
			throw error;
		} finally {
			interruption.stop();
			if (isOver) await keeper.dismiss();
			else keeper.part();
		}
	});
}

/** Wait until it is confirmed. @throws UnconfirmedError when it was rolled back; RollbackError when not all of it was */
async function confirmed(
	host: HostPort,
	{ transaction, command }: TrialReport,
	interrupted: AbortSignal,
): Promise<void> {
	for (;;) {
		const judgement = await host.judge(transaction);
		if (judgement === "kept") return;
		if (judgement === "undone" || judgement === "unknown")
			throw new UnconfirmedError(
				command,
				interrupted.aborted ? "was interrupted before it was confirmed" : undefined,
			);
		if (judgement === "due" || interrupted.aborted) await host.lapse(transaction);
		else await setTimeout(POLL_MS, undefined, { signal: interrupted }).catch(() => {});
	}
}

/** `up tap0 is rolled back at 14:03:12, in 30 s, unless it is confirmed` */
export function sentence({ command, remaining }: TrialReport): string {
	const at = new Date(Date.now() + remaining * 1000).toTimeString().slice(0, 8);
	return `${command} is rolled back at ${at}, in ${Math.ceil(remaining)} s, unless it is confirmed`;
}

/** The command line that confirms it, from anywhere. */
export function confirmCommand({ netns, stateDir }: Settings): string {
	const where = [
		...(netns === undefined ? [] : ["-n", netns.includes("/") ? resolve(netns) : netns]),
		...(stateDir === undefined ? [] : ["--state-dir", resolve(stateDir)]),
	];
	return ["umlnet-nl", ...where, "confirm"].join(" ");
}
