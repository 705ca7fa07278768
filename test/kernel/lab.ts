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

/** The uplink of the host: eth1 with 10.33.33.34/8, in a LAN with one other machine, the router. */
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
	/** The names of the requests that could have changed the kernel. */
	readonly mutations: readonly string[];
	/** How many calls that was. */
	readonly changes: number;
	/** The names of links whose MTU was read. */
	readonly looks: readonly string[];
}

/** A host with an uplink, a LAN and a state directory, which are all removed with it. */
export class Lab {
	readonly lan = new Machine();
	/** The calling thread is in this machine. */
	readonly host: Machine;
	readonly #directory = mkdtempSync(join(tmpdir(), "umlnet-nl-"));
	readonly stateDir = join(this.#directory, "state");

	private constructor(name?: string) {
		this.host = new Machine(name);
		if (LEAST) chownSync(this.#directory, UID, UID);
	}

	/** Make a host, run `script` on it, and wait until the kernel has settled. `name` is for its namespace. */
	static async open(script = "", name?: string): Promise<Lab> {
		const lab = new Lab(name);
		lab.host.sh(uplink(lab.lan));
		lab.lan.sh(LAN);
		lab.host.sh(`${ROUTE}\n${script}`);
		await settled();
		return lab;
	}

	/** A snapshot of the host, of our state directory, and of the open descriptors of this process. */
	look(): Snapshot {
		return snapshot({ stateDir: this.stateDir, descriptors: true });
	}
	/** A snapshot after the kernel has settled. */
	async lookSettled(): Promise<Snapshot> {
		await settled();
		return this.look();
	}
	/** The differences from an earlier snapshot, one a line, except in the sections of these names. */
	changes(before: Snapshot, except: readonly string[] = []): string[] {
		return difference(before, this.look(), { except });
	}
	/** The same without the journal, for two moments in which taps of ours are up. */
	async networkChanges(before: Snapshot): Promise<string[]> {
		const except = ["conntrack", "state directory"];
		return difference(before, await this.lookSettled(), { except });
	}

	/** Act like a process of ours: open the host, work, close it. */
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
