import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenOptions, SpecInput } from "../../src/index.js";
import type { EmbeddedHost } from "../../src/thread/embedded-host.js";
import { Machine } from "../kernel/machine.js";

/** The root of the checkout. */
export const root = join(import.meta.dirname, "../..");
const built = (path: string): Promise<unknown> => import(join(root, "dist", path));

/** The published files are tested, because the engine's thread must be a compiled file. */
export const library = (await built("index.js")) as typeof import("../../src/index.js");

/** A host without an uplink, with a state directory, and with every engine that a test has opened on it. */
export class Place {
	readonly machine = new Machine();
	readonly #directory = mkdtempSync(join(tmpdir(), "umlnet-nl-"));
	readonly stateDir = join(this.#directory, "state");
	readonly #hosts: EmbeddedHost[] = [];

	/** Open another engine on it. */
	async open(options: OpenOptions = {}): Promise<EmbeddedHost> {
		const host = await library.open({ ...this.options, ...options });
		this.#hosts.push(host);
		return host;
	}

	get options(): { readonly netns: string; readonly stateDir: string } {
		return { netns: this.machine.path, stateDir: this.stateDir };
	}

	/** The directory with its journal and its lock; undefined while nothing is ours. */
	get directory(): string | undefined {
		const [name] = existsSync(this.stateDir) ? readdirSync(this.stateDir) : [];
		return name === undefined ? undefined : join(this.stateDir, name);
	}

	/** The names of its links, without loopback. */
	get links(): string[] {
		const links = this.machine.json("ip -j link") as readonly { readonly ifname: string }[];
		return links.map(({ ifname }) => ifname).filter((name) => name !== "lo");
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.allSettled(this.#hosts.map((host) => host.close()));
		this.machine.close();
		rmSync(this.#directory, { recursive: true });
	}
}

/** A spec with host-only taps, each of which is a segment of its own. */
export const tapSpec = (...names: readonly string[]): SpecInput => ({
	version: 1,
	networks: { lab: { mode: "host-only" } },
	taps: Object.fromEntries(
		names.map((name, i) => [
			name,
			{ network: "lab", owner: 500, addresses: [`192.168.${i + 33}.33/24`] },
		]),
	),
});

/** `tap0` to `tap(count - 1)`. */
export const tapNames = (count: number): string[] =>
	Array.from({ length: count }, (_, i) => `tap${i}`);

/** The error with which a promise was rejected. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
	try {
		await promise;
	} catch (error) {
		return error;
	}
	throw new Error("it was not rejected");
}
