import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { NotConfirmedError, RollbackError } from "../engine/error.js";
import type { ProvisionalReport } from "../engine/report.js";
import type { ChangeOptions } from "../service/networks.js";
import type { HostPort, Session } from "./session.js";
import type { Settings } from "./settings.js";
import { sshConnection } from "./ssh.js";

/** The flags of every verb that changes the host. */
export interface ChangeFlags {
	/** Do it even if it cuts the connection of the user. */
	readonly yes?: true | undefined;
}

// The command ends at most this long after `confirm`.
const POLL_MS = 100;

/**
 * Change the host, and with --confirm-within wait until the change is confirmed. If it is not, or this process is
 * interrupted, it is rolled back here. If this process is killed, the watchdog rolls it back, which is started first.
 * Without --confirm-within, what would cut the caller's own SSH connection is refused unless --yes was given.
 * @throws NotConfirmedError, ConnectionError
 */
export function change<R extends { readonly provisional?: ProvisionalReport | undefined }>(
	session: Session,
	{ yes }: ChangeFlags,
	work: (host: HostPort, options: ChangeOptions) => Promise<R>,
): Promise<R> {
	const { confirmWithin, stateDir } = session.settings;
	if (confirmWithin === undefined) {
		const sparing = yes === true ? undefined : sshConnection(session.io);
		return session.withHost((host) => work(host, sparing === undefined ? {} : { sparing }));
	}
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

/**
 * Wait until the change is confirmed. @throws NotConfirmedError if it was rolled back; RollbackError if that was
 * incomplete
 */
async function confirmed(
	host: HostPort,
	{ transaction, command }: ProvisionalReport,
	interrupted: AbortSignal,
): Promise<void> {
	for (;;) {
		const state = await host.confirmState(transaction);
		if (state === "confirmed") return;
		if (state === "rolledBack")
			throw new NotConfirmedError(
				command,
				interrupted.aborted ? "was interrupted before it was confirmed" : undefined,
			);
		if (state === "orphaned") {
			await host.rollBack(transaction);
			throw new NotConfirmedError(command, "cannot be confirmed any more: its journal was removed");
		}
		if (state === "unknown") throw unknown(command);
		if (state === "expired" || interrupted.aborted) await host.rollBack(transaction);
		else await setTimeout(POLL_MS, undefined, { signal: interrupted }).catch(() => {});
	}
}

/** It is unknown whether the change stands, so the error does not say that it was rolled back. */
const unknown = (command: string): RollbackError =>
	new RollbackError([`whatever ${command} made`], {
		hint: "its journal was removed; umlnet-nl status shows what is there, recover --strays removes it",
	});

/** `up tap0 is rolled back at 14:03:12, in 30 s, unless it is confirmed` */
export function sentence({ command, remaining }: ProvisionalReport): string {
	const at = new Date(Date.now() + remaining * 1000).toTimeString().slice(0, 8);
	return `${command} is rolled back at ${at}, in ${Math.ceil(remaining)} s, unless it is confirmed`;
}

/** The command that confirms it, whatever the current directory or namespace. */
export function confirmCommand({ netns, stateDir }: Settings): string {
	const where = [
		...(netns === undefined ? [] : ["-n", netns.includes("/") ? resolve(netns) : netns]),
		...(stateDir === undefined ? [] : ["--state-dir", resolve(stateDir)]),
	];
	return ["umlnet-nl", ...where, "confirm"].join(" ");
}
