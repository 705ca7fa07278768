/**
 * A thread that deletes links for an engine. Its system call returns some time after the links are gone, because the
 * kernel waits for RCU grace periods, without holding a lock any more (netdev_run_todo, net/core/dev.c).
 */
import { parentPort, workerData } from "node:worker_threads";
import type { PendingDeletes } from "../engine/journal/ledger.js";
import { runDeletes } from "../engine/pending-deletes.js";
import { LinuxKernel } from "../kernel/linux.js";
import { type PackedError, packError } from "../service/errors.js";
import { enterNamespace } from "../sys/namespace.js";

/** For each transaction the error that kept it from being finished, or undefined if it is finished. */
export type DeleterResult = readonly (PackedError | undefined)[];

if (parentPort === null) throw new Error("deleter.ts runs in a worker thread");
const port = parentPort;
const { netns } = workerData as { readonly netns?: string | undefined };
if (netns !== undefined) enterNamespace(netns);
const kernel = new LinuxKernel();

port.on("message", (deletes: readonly PendingDeletes[]) => {
	const result: DeleterResult = runDeletes(kernel, deletes).map(
		(error) => error && packError(error),
	);
	port.postMessage(result);
});
