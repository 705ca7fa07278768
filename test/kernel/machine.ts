import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { enterNetns, newNetns } from "../../src/sys/netns.js";

/**
 * Switches off what a kernel does at times of its own: checking for a second whether an IPv6 address is a duplicate,
 * and reporting multicast groups, which would be a flow.
 */
const START = `
ip link set lo up
sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
sysctl -qw net.ipv4.igmp_link_local_mcast_reports=0
`;

/**
 * A machine of a test: a network namespace, by default without a name, so that nothing of it outlives this process. The
 * thread that makes one is in it afterwards.
 */
export class Machine {
	readonly #fd: number;
	readonly #name: string | undefined;

	/** `name` is for `ip netns`, and for programs that take the name of a namespace. */
	constructor(name?: string) {
		this.#name = name;
		if (name === undefined) newNetns();
		else {
			execFileSync("ip", ["netns", "add", name]);
			enterNetns(name);
		}
		this.#fd = openSync("/proc/thread-self/ns/net", "r");
		this.sh(START);
	}

	/** The path of its namespace, for this process and its children. */
	get path(): string {
		return `/proc/${process.pid}/fd/${this.#fd}`;
	}

	/** Move this thread, and the programs it starts, into it. */
	enter(): void {
		enterNetns(this.path);
	}

	/** Run a shell script in it. */
	sh(script: string): string {
		return execFileSync("nsenter", [`--net=${this.path}`, "sh", "-euc", script], {
			encoding: "utf8",
			maxBuffer: 64 * 1024 * 1024,
		});
	}

	/** Run a program in it that prints JSON, and return the value. */
	json(command: string): unknown {
		const text = this.sh(command).trim();
		return text === "" ? [] : JSON.parse(text);
	}

	/** Start a program in it without waiting for its end. */
	spawn(program: string, ...args: readonly string[]): ChildProcess {
		return spawn("nsenter", [`--net=${this.path}`, program, ...args]);
	}

	close(): void {
		closeSync(this.#fd);
		if (this.#name !== undefined) execFileSync("ip", ["netns", "delete", this.#name]);
	}
}
