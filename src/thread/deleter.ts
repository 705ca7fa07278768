/**
 * A thread that deletes links for an engine. A delete comes back ~15 ms after the links have gone: the kernel
 * waits for grace periods, without its lock by then (netdev_run_todo, net/core/dev.c).
 */
import { parentPort, workerData } from "node:worker_threads";
import { runDeletes } from "../engine/apply.js";
import type { PendingDeletes } from "../engine/journal/journal.js";
import { LinuxKernel } from "../kernel/linux.js";
import { type PackedError, packError } from "../service/errors.js";
import { enterNamespace } from "../sys/namespace.js";

/** Why each of the transactions is not done; undefined for those that are. */
export type Reaped = readonly (PackedError | undefined)[];

if (parentPort === null) throw new Error("deleter.ts runs in a worker thread");
const port = parentPort;
const { netns } = workerData as { readonly netns?: string | undefined };
if (netns !== undefined) enterNamespace(netns);
const kernel = new LinuxKernel();

port.on("message", (endings: readonly PendingDeletes[]) => {
	const reaped: Reaped = runDeletes(kernel, endings).map((error) => error && packError(error));
	port.postMessage(reaped);
});
