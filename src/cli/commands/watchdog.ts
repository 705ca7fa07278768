import { setTimeout } from "node:timers/promises";
import { LockError } from "../../engine/error.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import type { HostPort, Session } from "../session.js";
import type { Verb } from "../verb.js";
import { DISMISSED, READY } from "../watchdog-protocol.js";

// No other change may begin meanwhile anyway, so nobody waits for the lock that we take to look.
const POLL_MS = 250;
/** Who started us waits as well and comes first. It may have been stopped, though (Ctrl-Z). */
const GRACE_MS = 1000;
const TRIES = 20;

/** What `--confirm-within` starts beside itself; nobody types it. */
export function addWatchdog(program: Verb, perform: Perform): void {
	program
		.command("watchdog", { hidden: true })
		.description("Roll back what a process has not brought to its end, when it is due.")
		.argument("<process>")
		.action((process: string) => perform("changing", (session) => watch(session, process)));
}

async function watch(session: Session, process: string): Promise<number> {
	await session.withHost(async (host) => {
		// Fails before READY is said where the state directory or the namespace cannot be used.
		await host.dueIn(process);
		let word: string | undefined;
		// The kernel closes the pipe when the process that started us ends, however it ends.
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
				// Whoever was stopped while it looked at its journal holds the lock until it goes on.
				if (error instanceof LockError) session.io.wakeParent(process);
				// Somebody holds the lock, or the kernel is short of something: it may go later.
				failures++;
			}
		}
	});
	return Exit.done;
}

/** @returns whether there is nothing left to roll back */
async function rollBackIfDue(host: HostPort, process: string, alone: boolean): Promise<boolean> {
	const dueIn = await host.dueIn(process);
	if (dueIn === undefined) return true;
	if (dueIn + (alone ? 0 : GRACE_MS) > 0) return false;
	await host.recover();
	return true;
}
