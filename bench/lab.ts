import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { SNAT_TO, UPLINK } from "./guest.js";

/** What every peer finds: the same table, in which a guest is one element. Ours and iptables bring their own. */
const TABLE = `
table ip bench {
	set guests { type ipv4_addr; }
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		oifname "${UPLINK}" ip saddr @guests snat to ${SNAT_TO}
	}
}
`;

const PREFIX = "umlbench-";
const MADE_BY = new RegExp(`^${PREFIX}(\\d+)`);
/** After the last object of a namespace is gone, the kernel still frees memory for a while. */
const SETTLE_MS = 200;
const GONE_MS = 60_000;

/** Temporary network namespaces, and a folder in memory. Their names contain our process id. */
export class Lab {
	readonly #prefix = `${PREFIX}${process.pid}`;
	readonly #made = new Set<string>();
	#count = 0;
	/** A tmpfs, which is the right place for the state of the network: both are lost with a reboot. */
	readonly scratch = `/dev/shm/${this.#prefix}`;
	/**
	 * The namespace with the other end of every uplink. It disappears with the uplink, which shows when a host is gone.
	 */
	readonly #world = this.bare();

	constructor() {
		sweep();
		mkdirSync(this.scratch, { recursive: true, mode: 0o700 });
	}

	/** An empty namespace. */
	bare(): string {
		const name = `${this.#prefix}-${this.#count++}`;
		run("ip", "netns", "add", name);
		this.#made.add(name);
		return name;
	}

	/** Make a host: loopback, an uplink that forwards, and the static part of the NAT. */
	host(): string {
		const name = this.bare();
		const other = this.#other(name);
		run("ip", "-n", name, "link", "set", "lo", "up");
		run("ip", "-n", name, "link", "add", UPLINK, "type", "veth", "peer", other);
		run("ip", "-n", name, "link", "set", other, "netns", this.#world);
		run("ip", "-n", name, "address", "add", `${SNAT_TO}/24`, "dev", UPLINK);
		run("ip", "-n", name, "link", "set", UPLINK, "up");
		run("ip", "-n", this.#world, "link", "set", other, "up");
		inside(name, ["sysctl", "-qw", `net.ipv4.conf.${UPLINK}.forwarding=1`]);
		inside(name, ["nft", "-f", "-"], TABLE);
		return name;
	}

	/** Delete hosts and wait until the kernel has finished: thousands of taps keep it busy for a while. */
	async remove(hosts: readonly string[]): Promise<void> {
		for (const name of hosts) this.#delete(name);
		const deadline = Date.now() + GONE_MS;
		for (const name of hosts) {
			while (this.#hasOther(name) && Date.now() < deadline) await sleep(20);
		}
		await sleep(SETTLE_MS);
	}

	close(): void {
		for (const name of [...this.#made]) this.#delete(name);
		rmSync(this.scratch, { recursive: true, force: true });
	}

	#other(name: string): string {
		return `w${name.slice(this.#prefix.length)}`;
	}

	#hasOther(name: string): boolean {
		try {
			run("ip", "-n", this.#world, "link", "show", this.#other(name));
			return true;
		} catch {
			return false;
		}
	}

	#delete(name: string): void {
		if (this.#made.delete(name)) run("ip", "netns", "delete", name);
	}
}

/** Delete what killed runs have left, which is recognised by the process id in its name. */
function sweep(): void {
	const left = (folder: string): string[] =>
		(existsSync(folder) ? readdirSync(folder) : []).filter((name) => {
			const [, pid] = name.match(MADE_BY) ?? [];
			return pid !== undefined && !existsSync(`/proc/${pid}`);
		});
	for (const name of left("/run/netns")) run("ip", "netns", "delete", name);
	for (const name of left("/dev/shm")) rmSync(`/dev/shm/${name}`, { recursive: true });
}

function run(file: string, ...words: readonly string[]): void {
	execFileSync(file, words, { stdio: ["ignore", "ignore", "pipe"] });
}

/** Run a command in a namespace and return its output. @throws Error if it fails */
export function inside(netns: string, command: readonly string[], input = ""): string {
	return execFileSync("nsenter", [`--net=/run/netns/${netns}`, "--", ...command], {
		input,
		encoding: "utf8",
		maxBuffer: 64 << 20,
		stdio: ["pipe", "pipe", "pipe"],
	});
}
