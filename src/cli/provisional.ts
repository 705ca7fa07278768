import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { NotConfirmedError } from "../engine/error.js";
import type { ProvisionalReport } from "../engine/report.js";
import type { HostPort, Session } from "./session.js";
import type { Settings } from "./settings.js";

// How long after `confirm` its end is noticed.
const POLL_MS = 100;

/** What a change is asked for with, beside what it is. */
export interface ConfirmOptions {
	/** Make it provisional: it is rolled back unless it is confirmed within so many milliseconds. */
	readonly confirmWithin?: number;
}

/**
 * Change the host, and with --confirm-within wait until that is confirmed. If not, if we are interrupted or are
 * no more, it is rolled back: by us, or by the watchdog, which runs before anything is changed.
 * @throws NotConfirmedError
 */
export function change<R extends { readonly provisional?: ProvisionalReport | undefined }>(
	session: Session,
	work: (host: HostPort, options: ConfirmOptions) => Promise<R>,
): Promise<R> {
	const { confirmWithin, stateDir } = session.settings;
	if (confirmWithin === undefined) return session.withHost((host) => work(host, {}));
	return session.withHost(async (host) => {
		const watchdog = await session.startWatchdog(stateDir);
		const interruption = session.io.listenForInterruption();
		let isOver = true;
		try {
			const report = await work(host, { confirmWithin });
			const { provisional } = report;
			if (provisional !== undefined) {
				isOver = false;
				session.say(`${sentence(provisional)}: ${confirmCommand(session.settings)}`);
				await confirmed(host, provisional, interruption.signal);
				isOver = true;
			}
			return { ...report, provisional: undefined };
		} catch (error) {
			if (error instanceof NotConfirmedError) isOver = true;
			throw error;
		} finally {
			interruption.stop();
			if (isOver) await watchdog.dismiss();
			else watchdog.handOver();
		}
	});
}

/** Wait until it is confirmed. @throws NotConfirmedError when it was rolled back; RollbackError when not all of it was */
async function confirmed(
	host: HostPort,
	{ transaction, command }: ProvisionalReport,
	interrupted: AbortSignal,
): Promise<void> {
	for (;;) {
		const state = await host.confirmState(transaction);
		if (state === "confirmed") return;
		if (state === "rolledBack" || state === "unknown")
			throw new NotConfirmedError(
				command,
				interrupted.aborted ? "was interrupted before it was confirmed" : undefined,
			);
		if (state === "expired" || interrupted.aborted) await host.rollBack(transaction);
		else await setTimeout(POLL_MS, undefined, { signal: interrupted }).catch(() => {});
	}
}

/** `up tap0 is rolled back at 14:03:12, in 30 s, unless it is confirmed` */
export function sentence({ command, remaining }: ProvisionalReport): string {
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
