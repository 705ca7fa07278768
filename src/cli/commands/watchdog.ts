import { setTimeout } from "node:timers/promises";
import { UmlnetError } from "../../sys/error.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import type { HostPort, Session } from "../session.js";
import type { Verb } from "../verb.js";
import { DISMISSED, READY } from "../watchdog-protocol.js";

// No other change can begin until this one is decided, so nobody waits for the lock that each look takes.
const POLL_MS = 250;
/** The process that started us waits for the deadline as well and acts first, unless it has been stopped (Ctrl-Z). */
const GRACE_MS = 1000;
const TRIES = 20;

/** The verb that `--confirm-within` starts as a process of its own. Nobody types it. */
export function addWatchdog(program: Verb, perform: Perform): void {
	program
		.command("watchdog", { hidden: true })
		.description("Roll back what a process has not brought to its end, when it is due.")
		.argument("<process>")
		.action((process: string) => perform("changing", (session) => watch(session, process)));
}

async function watch(session: Session, process: string): Promise<number> {
	await session.withHost(async (host) => {
		// Fails before READY is written if the state directory or the namespace cannot be used.
		await host.dueIn(process);
		let word: string | undefined;
		// The kernel closes the pipe when the process that started us ends, whatever the reason.
		const parted = session.io.readStdin().then((text) => {
			word = text;
		});
		session.io.stdout.write(`${READY}\n`);
		for (let failures = 0; word !== DISMISSED && failures < TRIES; ) {
			const pause = setTimeout(POLL_MS);
			await (word === undefined ? Promise.race([pause, parted]) : pause);
			if (word === DISMISSED) return;
			try {
				if ((await rollBackIfDue(host, process, word !== undefined)) && word !== undefined) return;
			} catch (error) {
				// A process that was stopped while it read its journal holds the lock until it continues.
				if (error instanceof UmlnetError && error.code === "ERR_LOCK")
					await session.io.wakeParent(process);
				// Another process holds the lock, or the kernel is short of a resource. It may work later.
				failures++;
			}
		}
	});
	return Exit.done;
}

/** @returns whether nothing is left to roll back */
async function rollBackIfDue(host: HostPort, process: string, alone: boolean): Promise<boolean> {
	const dueIn = await host.dueIn(process);
	if (dueIn === undefined) return true;
	if (dueIn + (alone ? 0 : GRACE_MS) > 0) return false;
	await host.recover();
	return true;
}
