import { setTimeout } from "node:timers/promises";
import { UmlnetError } from "../../sys/error.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import type { HostPort, Session } from "../session.js";
import type { Verb } from "../verb.js";
import { DISMISSED, READY } from "../watchdog-protocol.js";

const PAUSE_MS = 250;
/** Waiting for others, or for a confirmation, does not count as a try, because it has an end. */
const TRIES = 20;

/** The verb that `run` starts as a process of its own. Nobody types it. */
export function addKeeper(program: Verb, perform: Perform): void {
	program
		.command("keeper", { hidden: true })
		.description("Take down what is up for a process when that has ended.")
		.argument("<process>")
		.action((process: string) => perform("changing", (session) => keep(session, process)));
}

async function keep(session: Session, process: string): Promise<number> {
	await session.withHost(async (host) => {
		// Fails before READY is said where the state directory or the namespace cannot be used.
		await host.dueIn(process);
		session.io.stdout.write(`${READY}\n`);
		// The kernel closes the pipe when the process that started us ends, however it ends.
		if ((await session.io.readStdin()) !== DISMISSED) await takeDown(host, process);
	});
	return Exit.done;
}

/** @throws the last error, after which `gc` can take it down */
async function takeDown(host: HostPort, process: string): Promise<void> {
	for (let failures = 0; ; ) {
		try {
			await host.downFor(process);
			return;
		} catch (error) {
			if (!isForNow(error)) failures++;
			if (failures >= TRIES) throw error;
			await setTimeout(PAUSE_MS);
		}
	}
}

const isForNow = (error: unknown): boolean =>
	error instanceof UmlnetError && ["ERR_LOCK", "ERR_PROVISIONAL"].includes(error.code);
