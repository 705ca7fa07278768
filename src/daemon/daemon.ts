/** The daemon: who connects to its socket is known before a byte is read of them, and what they may do is decided by that. */
import { chmodSync, existsSync, mkdirSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { UmlnetError } from "../sys/error.js";
import { type Peer, peerOf } from "../sys/peer.js";
import { health } from "./health.js";
import { reflection } from "./reflection.js";
import { type Admit, hostService } from "./service.js";
import { CallServer } from "./transport.js";

/** Where to listen: the path of a socket to make, or a descriptor that listens already. */
export type Place = { readonly path: string } | { readonly fd: number };

export interface DaemonOptions {
	readonly admit: Admit;
	/** How many connections the user of a peer may have. */
	readonly connections: (peer: Peer) => number;
	/** A line for the log. */
	readonly say: (line: string) => void;
}

const MOST_CONNECTIONS = 1024;
const CLOSE_MS = 5_000;

/** A socket that is served. */
export class Daemon {
	readonly #calls: CallServer;
	readonly #server: Server;
	readonly #options: DaemonOptions;
	readonly #connections = new Map<number, number>();

	private constructor(options: DaemonOptions) {
		this.#options = options;
		const host = hostService(options.admit, (method, { uid, pid }, error) => {
			options.say(`${method} of uid ${uid} (process ${pid}): ${(error as Error).message}`);
		});
		this.#calls = new CallServer({
			unary: { ...host, ...health.unary },
			streams: { ...health.streams, ...reflection.streams },
		});
		this.#server = createServer((socket) => this.#accept(socket));
		this.#server.maxConnections = MOST_CONNECTIONS;
	}

	/** @throws UmlnetError if somebody serves there already, or nobody can */
	static async listen(place: Place, options: DaemonOptions): Promise<Daemon> {
		const daemon = new Daemon(options);
		if ("path" in place) await makeRoom(place.path);
		await new Promise<void>((resolve, reject) => {
			daemon.#server.once("error", reject);
			daemon.#server.listen(place, () => {
				daemon.#server.off("error", reject);
				resolve();
			});
		}).catch((cause: unknown) => {
			const where = "path" in place ? place.path : `descriptor ${place.fd}`;
			throw new UmlnetError(
				"ERR_SYSTEM",
				`cannot listen at ${where}: ${(cause as Error).message}`,
				{ cause },
			);
		});
		// Anybody may ask: what they may do is decided by who they are.
		if ("path" in place) chmodSync(place.path, 0o666);
		return daemon;
	}

	/** Take no more connections, let calls end that have begun, and close. */
	async close(): Promise<void> {
		const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
		await this.#calls.close(CLOSE_MS);
		await closed;
	}

	#accept(socket: Socket): void {
		// A peer that goes away is none of anybody's business.
		socket.on("error", () => {});
		const peer = this.#peerOf(socket);
		if (peer === undefined || this.#isTooMany(peer)) {
			socket.destroy();
			return;
		}
		const { uid } = peer;
		this.#connections.set(uid, this.#countOf(uid) + 1);
		socket.once("close", () => {
			const left = this.#countOf(uid) - 1;
			if (left > 0) this.#connections.set(uid, left);
			else this.#connections.delete(uid);
		});
		this.#calls.accept(socket, peer);
	}

	#countOf(uid: number): number {
		return this.#connections.get(uid) ?? 0;
	}

	#isTooMany(peer: Peer): boolean {
		if (this.#countOf(peer.uid) < this.#options.connections(peer)) return false;
		this.#options.say(
			`a connection of uid ${peer.uid} is refused: it has ${this.#countOf(peer.uid)} already`,
		);
		return true;
	}

	#peerOf(socket: Socket): Peer | undefined {
		// Node and Bun tell the descriptor nowhere else.
		const { _handle } = socket as Socket & { readonly _handle?: { readonly fd: number } | null };
		try {
			return _handle ? peerOf(_handle.fd) : undefined;
		} catch (error) {
			this.#options.say(`a connection is refused: ${(error as Error).message}`);
			return undefined;
		}
	}
}

/** Remove a socket that a daemon has left which was killed. @throws UmlnetError ERR_CONFLICT if one is there that answers */
async function makeRoom(path: string): Promise<void> {
	mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
	if (!existsSync(path)) return;
	const answers = await new Promise<boolean>((resolve) => {
		const socket = connect(path, () => {
			socket.destroy();
			resolve(true);
		}).once("error", () => resolve(false));
	});
	if (answers)
		throw new UmlnetError("ERR_CONFLICT", `another daemon listens at ${path}`, {
			hint: "--socket names another place",
		});
	unlinkSync(path);
}
