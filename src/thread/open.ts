import { Worker } from "node:worker_threads";
import type { HostOptions } from "../host/host.js";
import type { PoolOptions } from "../host/pool.js";
import { unpackError } from "../service/errors.js";
import {
	checkFields,
	checkOptions,
	count,
	milliseconds,
	object,
	text,
	truth,
} from "../sys/arguments.js";
import { closedError } from "./channel.js";
import { EmbeddedHost } from "./embedded-host.js";
import type { FromWorker } from "./messages.js";

/** Which namespace to open, and how. */
export type OpenOptions = HostOptions & {
	/** A pool of taps made ahead of time, for `take`. */
	readonly pool?: PoolOptions | undefined;
};

/** The fields of the `pool` option. */
const POOL = { size: count, low: count, owner: count, group: count, vnetHdr: truth };

/**
 * Threads inherit `--input-type` of `node --input-type=module -e TEXT`, and with it no thread whose program is a file
 * can start.
 */
const isFromText = process.execArgv.some((option) => option.startsWith("--input-type"));

/**
 * Open a network namespace of this host: its engine starts in a thread of its own. Several may be open at once, on
 * different namespaces or on the same one.
 * @throws UmlnetError ERR_USAGE for an option of a wrong type, ERR_SPEC for a namespace that does not exist,
 * ERR_PERMISSION
 */
export async function open(options: OpenOptions = {}): Promise<EmbeddedHost> {
	checkOptions("open", options, {
		netns: text,
		stateDir: text,
		timeout: milliseconds,
		pool: object,
	});
	if (options.pool !== undefined) checkFields("open: pool", options.pool, POOL, ["size", "low"]);
	const worker = new Worker(new URL("./worker.js", import.meta.url), {
		workerData: { ...options },
		...(isFromText && { execArgv: [] }),
	});
	return new Promise((resolve, reject) => {
		worker.once("error", reject);
		worker.once("exit", () => reject(closedError()));
		worker.once("message", (message: FromWorker) => {
			if ("failed" in message) reject(unpackError(message.failed));
			else resolve(new EmbeddedHost(worker));
		});
	});
}
