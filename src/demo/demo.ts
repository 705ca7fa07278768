/** The demo: a guest behind a host with NAT, built, tried and taken down in network namespaces of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Host } from "../host/host.js";
import { difference, snapshot } from "../oracle/snapshot.js";
import type { StepReport, TapReport } from "../service/reports.js";
import { type Flags, specFromFlags } from "../spec/spec.js";
import { KernelError, UmlnetError } from "../sys/error.js";
import { Machine, type Ping, Wire } from "./lab.js";

/** A guest that runs on a tap. */
export interface DemoGuest {
	/** What kind of guest it is: `User Mode Linux, booted in 300 ms`. */
	readonly what: string;
	ping(address: string, count: number): Promise<Ping>;
	/** Stop the guest, so that nothing holds its tap open. */
	stop(): Promise<void>;
}

/**
 * The parts that take other programs. umlnet-nl never starts programs, so the caller of the demo may pass them.
 * Namespaces are given by path.
 */
export interface DemoPrograms {
	/** The packages that a real guest needs and that are not installed. */
	readonly missing: readonly string[];
	/** Boot a real guest on a tap. Without it the guest is a namespace. */
	readonly bootGuest?: BootGuest | undefined;
	/** The output of the usual tools in a namespace. */
	look(netns: string): readonly { readonly command: string; readonly output: string }[];
}

export type BootGuest = (tap: TapReport, netns: string) => Promise<DemoGuest>;

/** What the demo reports while it runs. */
export type DemoEvent =
	| { readonly event: "built"; readonly host: string; readonly beyond: string }
	| {
			readonly event: "up" | "down";
			readonly command: string;
			readonly steps: readonly StepReport[];
			readonly milliseconds: number;
			readonly taps: readonly TapReport[];
	  }
	| { readonly event: "looked"; readonly command: string; readonly output: string }
	| { readonly event: "guest"; readonly what: string }
	| {
			readonly event: "pinged";
			readonly whom: string;
			readonly ping: Ping;
			/** The source addresses under which the pinged machine saw the guest, if that is known. */
			readonly seenAs: readonly string[];
	  }
	/** What differs from the state before `up`. */
	| { readonly event: "left"; readonly differences: readonly string[] };

type Tell = (event: DemoEvent) => void;

// The addresses of the host's uplink, and of a machine beyond it.
const UPLINK = "10.33.33.34";
const BEYOND = "10.33.33.99";
const HOST_SIDE = "192.168.33.33";
const GUEST_SIDE = "192.168.33.34";
const FLAGS: Flags = {
	tap: "tap0",
	owner: 500,
	address: [`${HOST_SIDE}/24`],
	nat: "eth1",
	snatTo: [UPLINK],
	guestAddress: [`${GUEST_SIDE}/24`],
};
const UP =
	`umlnet-nl up tap0 --owner 500 --address ${HOST_SIDE}/24 --guest-address ${GUEST_SIDE}/24 ` +
	`--nat eth1 --snat-to ${UPLINK}`;
const DOWN = "umlnet-nl down --all";

/**
 * Run the demo. It leaves the calling thread in another network namespace, so the process should do nothing else.
 * @throws UmlnetError ERR_PERMISSION without root
 */
export async function demo(programs: DemoPrograms | undefined, tell: Tell): Promise<void> {
	const [beyond, host] = [machine(), machine()];
	const stateDir = mkdtempSync(join(tmpdir(), "umlnet-nl-demo-"));
	try {
		host.connect("eth1", beyond, "eth0");
		beyond.configure("eth0", `${BEYOND}/8`);
		host.configure("eth1", `${UPLINK}/8`);
		await host.settled("eth1");
		tell({ event: "built", host: `${UPLINK}/8`, beyond: BEYOND });
		const before = host.inside(() => snapshot());
		await upAndDown(host, beyond, stateDir, programs, tell);
		tell({
			event: "left",
			differences: difference(
				before,
				host.inside(() => snapshot()),
			),
		});
	} finally {
		beyond.close();
		host.close();
		rmSync(stateDir, { recursive: true, force: true });
	}
}

function machine(): Machine {
	try {
		return new Machine();
	} catch (cause) {
		if (!(cause instanceof KernelError) || cause.errno !== "EPERM") throw cause;
		const message = "the demo makes network namespaces of its own, and that takes root";
		throw new UmlnetError("ERR_PERMISSION", message, { cause, hint: "run it with sudo" });
	}
}

async function upAndDown(
	host: Machine,
	beyond: Machine,
	stateDir: string,
	programs: DemoPrograms | undefined,
	tell: Tell,
): Promise<void> {
	const engine = Host.open({ netns: host.netns, stateDir });
	try {
		const up = await timed(() => engine.up(specFromFlags(FLAGS)));
		tell({ event: "up", command: UP, ...up });
		const [tap] = up.taps;
		if (tap === undefined) throw new Error("up made no tap");
		for (const seen of programs?.look(host.netns) ?? []) tell({ event: "looked", ...seen });
		const boot = programs?.bootGuest ?? namespaceGuest(host);
		await tryGuest(await boot(tap, host.netns), beyond, tell);
		// Return to the host: a guest that is a namespace has moved the thread.
		host.inside(() => {});
		const down = await timed(() => engine.down({ all: true }));
		tell({ event: "down", command: DOWN, ...down, taps: [] });
	} finally {
		engine.close();
	}
}

async function tryGuest(guest: DemoGuest, beyond: Machine, tell: Tell): Promise<void> {
	try {
		tell({ event: "guest", what: guest.what });
		const near = await guest.ping(HOST_SIDE, 3);
		tell({ event: "pinged", whom: "the host", ping: near, seenAs: [] });
		const far = await guest.ping(BEYOND, 3);
		const whom = "the machine beyond eth1";
		tell({ event: "pinged", whom, ping: far, seenAs: beyond.callers });
	} finally {
		await guest.stop();
	}
}

/** The guest if no real one can boot: a namespace that is connected to the tap. */
const namespaceGuest =
	(host: Machine): BootGuest =>
	async (tap) => {
		const guest = new Machine();
		const wire = new Wire(host, tap.name, guest, "eth0");
		guest.configure("eth0", `${GUEST_SIDE}/24`, HOST_SIDE);
		// Until the kernel has noticed that a link is up, it drops what is sent through it.
		await guest.settled("eth0");
		await host.settled(tap.name);
		return {
			what: "a network namespace whose eth0 is wired to the tap like a virtual machine's",
			ping: (address, count) => guest.ping(address, count),
			async stop() {
				wire.close();
				guest.close();
			},
		};
	};

async function timed<T>(work: () => Promise<T>): Promise<T & { readonly milliseconds: number }> {
	const start = performance.now();
	const report = await work();
	return { ...report, milliseconds: performance.now() - start };
}
