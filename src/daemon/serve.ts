/** Runs the daemon in this process until it is told to end. */
import { readFileSync } from "node:fs";
import type { Networks } from "../service/networks.js";
import { UmlnetError } from "../sys/error.js";
import { sendDatagram } from "../sys/notify.js";
import type { Peer } from "../sys/peer.js";
import { Daemon, type Place } from "./daemon.js";
import { ONLY_ROOT, type Policy, parsePolicy, ruleFor } from "./policy.js";
import { RestrictedNetworks, Turns } from "./restricted.js";

export interface ServeOptions {
	/** The path of the socket, where the service manager gives none. */
	readonly socket: string;
	/** The policy file; without one only root is served. */
	readonly policy: string | undefined;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Opens what is served. */
	readonly open: () => Promise<Networks & { close(): Promise<void> }>;
	/** A line for the log. */
	readonly say: (line: string) => void;
}

/** The first descriptor that a service manager passes on (sd_listen_fds(3)). */
const LISTEN_FDS_START = 3;
const ROOT = 0;

/** The policy in a file. @throws SpecError; Error of Node if it cannot be read */
export const readPolicy = (file: string): Policy => parsePolicy(readFileSync(file, "utf8"), file);

/** Resolves when SIGTERM or SIGINT has come and everything is closed; SIGHUP reads the policy anew. */
export async function serve(options: ServeOptions): Promise<void> {
	const { say, env } = options;
	let policy = options.policy === undefined ? ONLY_ROOT : readPolicy(options.policy);
	const networks = await options.open();
	const admit = admission(networks, () => policy);
	const connections = (peer: Peer): number =>
		peer.uid === ROOT ? Number.POSITIVE_INFINITY : (ruleFor(policy, peer)?.connections ?? 1);
	const place = placeIn(env) ?? { path: options.socket };
	const daemon = await Daemon.listen(place, { admit, connections, say }).catch(
		async (error: unknown) => {
			await networks.close();
			throw error;
		},
	);
	const reload = (): void => {
		policy = reloaded(options, policy);
	};
	process.on("SIGHUP", reload);
	const notifier = new Notifier(env);
	const ended = new Promise<void>((resolve) => {
		for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve());
	});
	say(`serving at ${"path" in place ? place.path : "the socket of the service manager"}`);
	notifier.ready();
	await ended;
	notifier.stopping();
	process.off("SIGHUP", reload);
	await daemon.close();
	await networks.close();
}

/** What each caller may do. @returns the networks as they are for root, and as the policy has it for others */
function admission(networks: Networks, policyNow: () => Policy) {
	const turns = new Turns();
	return (peer: Peer): Networks => {
		if (peer.uid === ROOT) return networks;
		const rule = ruleFor(policyNow(), peer);
		if (rule !== undefined) return new RestrictedNetworks(networks, rule, peer, turns);
		throw new UmlnetError(
			"ERR_PERMISSION",
			`the policy of the daemon has no rule for uid ${peer.uid}`,
			{
				hint: "root writes one, for umlnet-nl serve --policy",
			},
		);
	};
}

/** A policy that cannot be read changes nothing. */
function reloaded({ policy: file, say }: ServeOptions, before: Policy): Policy {
	if (file === undefined) return before;
	try {
		const policy = readPolicy(file);
		say(`policy read anew: ${file}`);
		return policy;
	} catch (error) {
		say(`the policy stays as it was: ${(error as Error).message}`);
		return before;
	}
}

function placeIn({ LISTEN_PID, LISTEN_FDS }: ServeOptions["env"]): Place | undefined {
	if (Number(LISTEN_PID) !== process.pid || !(Number(LISTEN_FDS) >= 1)) return undefined;
	return { fd: LISTEN_FDS_START };
}

/** Tells a service manager that waits for it (sd_notify(3)), and that it goes on. */
class Notifier {
	readonly #socket: string | undefined;
	readonly #watchdogMs: number;
	#timer: ReturnType<typeof setInterval> | undefined;

	constructor({ NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID }: ServeOptions["env"]) {
		this.#socket = NOTIFY_SOCKET || undefined;
		const isForUs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
		this.#watchdogMs = isForUs ? Number(WATCHDOG_USEC ?? 0) / 1_000 : 0;
	}

	ready(): void {
		this.#send("READY=1");
		// Twice in its time, as sd_watchdog_enabled(3) recommends.
		if (this.#watchdogMs > 0)
			this.#timer = setInterval(() => this.#send("WATCHDOG=1"), this.#watchdogMs / 2);
	}

	stopping(): void {
		clearInterval(this.#timer);
		this.#send("STOPPING=1");
	}

	#send(state: string): void {
		if (this.#socket !== undefined) sendDatagram(this.#socket, state);
	}
}
