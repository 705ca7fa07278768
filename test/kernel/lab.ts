import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Host } from "../../src/host/host.js";
import { LinuxKernel } from "../../src/kernel/linux.js";
import { difference, type Snapshot, snapshot } from "../../src/oracle/snapshot.js";
import { settled } from "../oracle/settled.js";
import { CountingKernel, type Meddling } from "./counting.js";
import { Machine } from "./machine.js";
import { asRoot, LEAST, leastPrivileged, UID } from "./privilege.js";

/** The uplink of the seed: eth1 is 10.33.33.34/8 in a LAN with one more machine, the router. */
const uplink = (lan: Machine): string => `
ip link add eth1 address 02:00:00:00:00:e1 type veth peer name lan0 netns ${lan.path}
ip address add 10.33.33.34/8 dev eth1
ip link set eth1 up
`;
const LAN = `
ip address add 10.33.33.1/8 dev lan0
ip link set lan0 up
`;
const ROUTE = "ip route add default via 10.33.33.1";

/** What one process of ours did. */
export interface Outcome<T> {
	readonly result: T;
	/** Requests that could have changed the kernel, by name. */
	readonly mutations: readonly string[];
	/** How many calls that was. */
	readonly changes: number;
	/** The names of links whose MTU it asked for. */
	readonly looks: readonly string[];
}

/** A host with an uplink, its LAN, and a state directory: all a test needs, and gone with it. */
export class Lab {
	readonly lan = new Machine();
	/** The thread is in this one. */
	readonly host: Machine;
	readonly #directory = mkdtempSync(join(tmpdir(), "umlnet-nl-"));
	readonly stateDir = join(this.#directory, "state");

	private constructor(name?: string) {
		this.host = new Machine(name);
		if (LEAST) chownSync(this.#directory, UID, UID);
	}

	/** A host on which `script` has run, and nothing is on its way any more; with a name for its namespace. */
	static async open(script = "", name?: string): Promise<Lab> {
		const lab = new Lab(name);
		lab.host.sh(uplink(lab.lan));
		lab.lan.sh(LAN);
		lab.host.sh(`${ROUTE}\n${script}`);
		await settled();
		return lab;
	}

	/** All of the host and of our state directory, and what this process has open. */
	look(): Snapshot {
		return snapshot({ stateDir: this.stateDir, descriptors: true });
	}
	/** All of it, once the kernel has done what it does by itself. */
	async lookSettled(): Promise<Snapshot> {
		await settled();
		return this.look();
	}
	/** What is other than before, a line each. */
	changes(before: Snapshot): string[] {
		return difference(before, this.look());
	}
	/** The same of the network alone, between two moments in which taps of ours are up: the journal grows. */
	async networkChanges(before: Snapshot): Promise<string[]> {
		const except = ["conntrack", "state directory"];
		return difference(before, await this.lookSettled(), { except });
	}

	/** Do something as a process of ours does it: open the host, work, close it. */
	run<T>(work: (host: Host) => Promise<T>, meddling?: Meddling): Promise<Outcome<T>> {
		const theirs = meddling && { ...meddling, act: () => asRoot(() => meddling.act()) };
		return leastPrivileged(() => this.#run(work, theirs));
	}

	async #run<T>(work: (host: Host) => Promise<T>, meddling?: Meddling): Promise<Outcome<T>> {
		const kernel = new CountingKernel(new LinuxKernel(), meddling);
		const host = new Host(kernel, { stateDir: this.stateDir });
		try {
			const result = await work(host);
			return { result, mutations: kernel.mutations, changes: kernel.changes, looks: kernel.looks };
		} finally {
			host.close();
		}
	}

	close(): void {
		this.host.close();
		this.lan.close();
		rmSync(this.#directory, { recursive: true });
	}
}
