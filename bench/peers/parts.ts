/**
 * What the engine's thread does while guests come and go, from a CPU profile of V8, by the layer whose code runs. A
 * function of Node or of C counts for the nearest function of ours that called it.
 */
import { type Profiler, Session } from "node:inspector/promises";

/** The sampling interval of V8 in microseconds. Each sample costs some time. */
const INTERVAL = 200;

/** The layers by their files in dist/, in the order of the table. The first that matches counts. */
export const PARTS = {
	"system calls": /^(sys\/|node:fs)/,
	journal: /^(engine\/(journal\/|state)|proto\/)/,
	"messages to the kernel, laid out and read": /^(netlink|kernel|uapi)\//,
	"spec and pool": /^(spec\/|inet\/|host\/(guest-specs|pool))/,
	"plan and transaction": /^(engine\/|kinds\/)/,
	"between the threads": /^(thread|host|service)\/|^node:/,
	"garbage collected": /^\(garbage collector\)/,
	waiting: /^\(idle\)/,
	"the rest of the runtime": /^/,
} as const;

/** The parts of `run`, in nanoseconds, in the order of `PARTS`. */
export async function partsOf(run: () => Promise<void>): Promise<number[]> {
	const session = new Session();
	session.connect();
	try {
		const worker = await Thread.of(session);
		await worker.ask("Profiler.enable");
		await worker.ask("Profiler.setSamplingInterval", { interval: INTERVAL });
		await worker.ask("Profiler.start");
		await run();
		const { profile } = (await worker.ask("Profiler.stop")) as Profiler.StopReturnType;
		return sum(profile);
	} finally {
		session.disconnect();
	}
}

/** The inspector of another thread, reached through that of this thread. */
class Thread {
	readonly #session: Session;
	readonly #id: string;
	readonly #waiting = new Map<number, (result: unknown) => void>();
	#count = 0;

	constructor(session: Session, id: string) {
		this.#session = session;
		this.#id = id;
		session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
			const { id: call, result } = JSON.parse(params.message) as { id?: number; result: unknown };
			if (call !== undefined) this.#waiting.get(call)?.(result);
		});
	}

	/** The thread of the engine. There are others, which delete links for it. */
	static async of(session: Session): Promise<Thread> {
		const attached = new Promise<string>((resolve) => {
			session.on("NodeWorker.attachedToWorker", ({ params: { sessionId, workerInfo } }) => {
				if (workerInfo.url.endsWith("/worker.js")) resolve(sessionId);
			});
		});
		await session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
		return new Thread(session, await attached);
	}

	async ask(method: string, params: object = {}): Promise<unknown> {
		const id = ++this.#count;
		const answer = new Promise((resolve) => this.#waiting.set(id, resolve));
		const message = JSON.stringify({ id, method, params });
		await this.#session.post("NodeWorker.sendMessageToWorker", { sessionId: this.#id, message });
		return answer;
	}
}

function sum({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): number[] {
	const parents = new Map(
		nodes.flatMap(({ id, children = [] }) => children.map((one) => [one, id])),
	);
	const known = new Map(nodes.map((node) => [node.id, node]));
	const partOf = (id: number | undefined): number => {
		const node = id === undefined ? undefined : known.get(id);
		if (node === undefined) return Object.keys(PARTS).length - 1;
		const { url, functionName } = node.callFrame;
		// A function of C has no file, and nor have pseudo-functions such as `(idle)`.
		if (url === "" && !functionName.startsWith("(")) return partOf(parents.get(node.id));
		const place = /\/dist\/(.*)$/.exec(url)?.[1] ?? (url || functionName);
		return Object.values(PARTS).findIndex((files) => files.test(place));
	};
	const parts = new Map(nodes.map(({ id }) => [id, partOf(id)]));
	const out = Object.keys(PARTS).map(() => 0);
	for (const [i, id] of samples.entries()) {
		const part = parts.get(id) as number;
		out[part] = (out[part] as number) + 1000 * (timeDeltas[i] ?? 0);
	}
	return out;
}
