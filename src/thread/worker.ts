/** The thread in which an embedded engine runs. Only this thread enters the namespace and waits for the kernel. */
import { parentPort, workerData } from "node:worker_threads";
import { Host } from "../host/host.js";
import { packError } from "../service/errors.js";
import type { FromWorker, ToWorker } from "./messages.js";
import type { OpenOptions } from "./open.js";
import { Server } from "./server.js";

if (parentPort === null) throw new Error("worker.ts runs in a worker thread");
const port = parentPort;

/** Report why the engine cannot go on, and end the thread. */
function fail(error: unknown): void {
	port.postMessage({ failed: packError(error) } satisfies FromWorker);
	port.close();
}

try {
	const options = workerData as OpenOptions;
	const server = new Server(port, Host.open(options), options, fail);
	port.on("message", (message: ToWorker) => {
		server.receive(message).catch(fail);
	});
	port.postMessage({ ready: true } satisfies FromWorker);
	// Not awaited here: a thread can be bundled as CommonJS as well.
	server.work().catch(fail);
} catch (error) {
	fail(error);
}
