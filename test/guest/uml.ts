/**
 * A real User Mode Linux guest on a tap, for tests and the demo.
 *
 * `bootGuest` runs a list of commands in a guest and stops it; `startGuest` leaves it running, so that it answers pings
 * while the test goes on. It needs root, and the packages that `missing` checks for.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { Socket } from "node:net";
import { join, resolve } from "node:path";
import { initramfs, isStaticBusybox } from "./initramfs.js";

const KERNEL = "/usr/bin/linux.uml";
const LAUNCH = join(import.meta.dirname, "launch.sh");
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Finds a guest that hangs. It is generous, because the machine may be busy. */
const HANGS_MS = 300_000;

/** UML's serial line loses input beyond its 4 KB tty buffer, and base64 makes 4 bytes of 3. */
const MAX_COMMAND_BYTES = 2800;

/**
 * Debian's UML kernel spends most of its boot on what no guest here needs: benchmarks of RAID and XOR code, Btrfs,
 * zswap, 256 legacy ptys, and the calibration of a delay loop.
 */
const FAST_BOOT = [
	"initcall_blacklist=raid6_select_algo,calibrate_xor_blocks,init_btrfs_fs,init_zswap",
	"pty.legacy_count=0",
	"lpj=20000000",
];

export interface GuestOptions {
	/** Name (as for `ip netns`) or path of a network namespace. Undefined means that of the caller. */
	readonly netns: string | undefined;
	/** UML's parameter for its only network device, as `umlnet-nl up` prints it. */
	readonly net: `eth0=tuntap,${string}` | `vec0:transport=tap,ifname=${string}`;
	/** The kernel's ip= parameter. Without it the device stays down until a command configures it. */
	readonly ip?: `ip=${string}`;
	/** The user who runs UML and opens the tap, with the group of the same id. Default: root. */
	readonly uid?: number;
	readonly gid?: number;
	/** The time limit for the boot, and for each command that has none of its own. */
	readonly timeoutMs?: number;
	/** Default: 32M. The kernel itself takes 18M, and does not boot with 20M. */
	readonly memory?: string;
}

export interface Result {
	readonly command: string;
	readonly status: number;
	/** What the command wrote, including standard error, in the order in which a terminal would show it. */
	readonly stdout: string;
}

export interface Guest extends AsyncDisposable {
	/** What the kernel and init have printed so far. */
	readonly console: string;
	/** The time from the start of the first process until the guest is ready for commands. */
	readonly bootMs: number;
	/** Run a shell command in the guest. If it exceeds its time limit, the guest is killed. */
	exec(command: string, timeoutMs?: number): Promise<Result>;
	/** Stop the guest. Afterwards no process of it is left, and nobody holds the tap open. */
	stop(): Promise<void>;
}

export interface Run {
	readonly console: string;
	readonly results: Result[];
	readonly bootMs: number;
}

/** A guest that did not boot, died, or exceeded its time limit. It has been stopped when this is thrown. */
export class GuestError extends Error {
	override readonly name = "GuestError";
	readonly console: string;

	constructor(message: string, console: string) {
		super(console === "" ? message : `${message}\nThe guest said:\n${console}`);
		this.console = console;
	}
}

/**
 * Boot a guest, run the commands one after the other, and stop it. `timeoutMs` is the limit for everything together.
 */
export async function bootGuest(
	options: GuestOptions & { readonly commands: readonly string[] },
): Promise<Run> {
	const { commands, timeoutMs = HANGS_MS } = options;
	const deadline = performance.now() + timeoutMs;
	await using guest = await startGuest({ ...options, timeoutMs });
	const results: Result[] = [];
	for (const command of commands) {
		results.push(await guest.exec(command, Math.max(0, Math.round(deadline - performance.now()))));
	}
	return { console: guest.console, results, bootMs: guest.bootMs };
}

/** Boot a guest that runs until `stop()`, or until the end of the scope of its `await using`. */
export async function startGuest(options: GuestOptions): Promise<Guest> {
	const packages = missing();
	if (packages.length > 0) {
		throw new GuestError(`A guest cannot boot here: apt-get install ${packages.join(" ")}`, "");
	}
	const guest = new RunningGuest(launch(options), options.timeoutMs ?? HANGS_MS);
	await guest.boot();
	return guest;
}

/** The Debian packages that a guest needs and that are not installed. */
export function missing(): string[] {
	const has = (program: string) => PATH.split(":").some((bin) => existsSync(join(bin, program)));
	const packages = {
		"user-mode-linux": existsSync(KERNEL),
		"busybox-static": isStaticBusybox(),
		cpio: has("cpio"),
		iproute2: has("ip"),
		"util-linux": ["nsenter", "setarch", "setpriv", "unshare"].every(has),
	};
	return Object.entries(packages).flatMap(([name, present]) => (present ? [] : [name]));
}

/**
 * UML consists of a kernel process, I/O threads and one process for each address space of the guest. In a PID namespace
 * they all die with its first process, launch.sh. If the process that runs the tests is killed, --pdeathsig kills
 * unshare, and --kill-child kills launch.sh.
 */
function launch(options: GuestOptions): ChildProcess {
	const { netns, net, ip, uid = 0, gid = uid, memory = "32M" } = options;
	const enter = netns === undefined ? [] : ["nsenter", `--net=${resolve("/run/netns", netns)}`];
	const namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
	const parameters = [
		`mem=${memory}`,
		net,
		...(ip === undefined ? [] : [ip]),
		// The console is only read; commands and results have a serial line of their own.
		"con0=null,fd:1",
		"ssl0=fd:3,fd:3",
		// Without this, each of the other consoles and lines would look for an xterm.
		"con=null",
		"ssl=null",
		// Both a panic and a reboot end UML.
		"panic=-1",
		"noreboot",
		"quiet",
		...FAST_BOOT,
	];
	const script = ["sh", LAUNCH, `${uid}`, `${gid}`, initramfs(), KERNEL, ...parameters];
	return spawn("setpriv", ["--pdeathsig", "KILL", ...enter, ...namespaces, ...script], {
		stdio: ["ignore", "pipe", "pipe", "pipe"],
		env: { PATH },
	});
}

/** A guest with its console and, as fd 3 of its process, the serial line on which init.sh reads commands. */
export class RunningGuest implements Guest {
	console = "";
	bootMs = Number.NaN;
	readonly #child: ChildProcess;
	/** The guest's ttyS0, on which init.sh reads commands and answers. */
	readonly #channel: Socket;
	readonly #timeoutMs: number;
	readonly #started = performance.now();
	readonly #gone = new AbortController();
	/** Output from the channel that belongs to no result yet. */
	#received = "";
	#turn: Promise<unknown> = Promise.resolve();

	constructor(child: ChildProcess, timeoutMs: number) {
		const channel = child.stdio[3];
		if (!(channel instanceof Socket)) throw new TypeError("the guest was started without fd 3");
		this.#child = child;
		this.#channel = channel;
		this.#timeoutMs = timeoutMs;
		child.once("close", () => this.#gone.abort());
		for (const stream of [child.stdout, child.stderr]) {
			stream?.setEncoding("utf8").on("data", (text: string) => {
				this.console += text;
			});
		}
		channel.setEncoding("utf8").on("data", (text: string) => {
			this.#received += text;
		});
		// A write to a guest that has just died fails; "close" reports its death.
		channel.on("error", () => {});
	}

	async boot(): Promise<void> {
		await this.#receive("boot", /READY\n/, this.#timeoutMs);
		this.bootMs = performance.now() - this.#started;
	}

	exec(command: string, timeoutMs = this.#timeoutMs): Promise<Result> {
		const result = this.#turn.then(async () => {
			const bytes = Buffer.from(command);
			if (bytes.length > MAX_COMMAND_BYTES) {
				throw new RangeError(
					`a command of ${bytes.length} bytes, ${MAX_COMMAND_BYTES} is the most`,
				);
			}
			const mark = randomUUID();
			this.#channel.write(`${mark} ${bytes.toString("base64")}\n`);
			const end = new RegExp(`${mark} (\\d+)\n`);
			const { before, match } = await this.#receive(command, end, timeoutMs);
			return { command, status: Number(match[1]), stdout: before };
		});
		this.#turn = result.catch(() => {});
		return result;
	}

	async stop(): Promise<void> {
		const { pid, exitCode, signalCode } = this.#child;
		if (pid !== undefined && exitCode === null && signalCode === null) {
			// Kill the first process of the PID namespace and not unshare: unshare would be gone at once, and the guest a
			// little later. When unshare has reaped that process, the kernel has reaped all others of the namespace.
			const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
			try {
				process.kill(Number(first) || pid, "SIGKILL");
			} catch {
				// It has ended by itself at this very moment.
			}
		}
		if (!this.#gone.signal.aborted) await once(this.#gone.signal, "abort");
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.stop();
	}

	/** Read everything up to and including `end` from the channel. */
	async #receive(
		task: string,
		end: RegExp,
		timeoutMs: number,
	): Promise<{ before: string; match: RegExpExecArray }> {
		const deadline = AbortSignal.timeout(timeoutMs);
		const signal = AbortSignal.any([deadline, this.#gone.signal]);
		for (;;) {
			const match = end.exec(this.#received);
			if (match !== null) {
				const before = this.#received.slice(0, match.index);
				this.#received = this.#received.slice(match.index + match[0].length);
				return { before, match };
			}
			if (signal.aborted) {
				const why = this.#gone.signal.aborted ? "the guest is gone" : `not done in ${timeoutMs} ms`;
				const error = new GuestError(`${task}: ${why}`, this.console + this.#received);
				await this.stop();
				throw error;
			}
			// This rejects if the signal aborts, which the next iteration checks.
			await once(this.#channel, "data", { signal }).catch(() => {});
		}
	}
}
