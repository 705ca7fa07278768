import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Spec } from "../../src/spec/model.js";
import { UmlnetError } from "../../src/sys/error.js";
import { seed } from "../seed.js";
import { Lab } from "./lab.js";
import { labSpec } from "./specs.js";

vi.setConfig({ testTimeout: 600_000 });

type Fields = Readonly<Record<string, unknown>>;

const uplink = "eth1";
/** Networks for the steps of a walk. Those on the same bridge never contradict each other. */
const NETWORKS: readonly Fields[] = [
	{ mode: "host-only" },
	{ mode: "host-only", mtu: 1400 },
	{ mode: "host-only", bridge: "br0" },
	{ mode: "bridged", bridge: "br0" },
	{ mode: "bridged", bridge: "br0", uplink },
	{ mode: "nat", bridge: "br1", uplink },
	{ mode: "nat", bridge: "br1", uplink, forwarding: "global" },
	{ mode: "nat", uplink },
	{ mode: "nat", uplink, snatTo: "10.33.33.34", proxyArp: true },
	{ mode: "routed", uplink },
	{ mode: "routed", uplink, forwarding: "global" },
];

interface Move {
	readonly verb: "up" | "down";
	readonly taps: readonly string[];
	readonly network: Fields;
	readonly addressed: boolean;
}
const move: fc.Arbitrary<Move> = fc.record({
	verb: fc.constantFrom("up", "up", "down"),
	taps: fc.uniqueArray(fc.constantFrom("tap0", "tap1", "tap2"), { minLength: 1, maxLength: 2 }),
	network: fc.constantFrom(...NETWORKS),
	addressed: fc.boolean(),
});

const up = (network: Fields, ...taps: string[]): Move => ({
	verb: "up",
	taps,
	network,
	addressed: false,
});
/** Walks that once showed a fault. */
const PATHS: readonly (readonly Move[])[] = [
	[
		up({ mode: "routed", uplink, forwarding: "global" }, "tap0"),
		up({ mode: "routed", uplink }, "tap0", "tap1"),
	],
	[
		up({ mode: "bridged", bridge: "br0", uplink }, "tap0"),
		up({ mode: "host-only", bridge: "br0" }, "tap1"),
		up({ mode: "host-only" }, "tap0"),
	],
	[
		up({ mode: "nat", bridge: "br1", uplink, forwarding: "global" }, "tap0"),
		up({ mode: "nat", bridge: "br1", uplink }, "tap2"),
	],
];

/** Each segment has a subnet of its own. */
function specOf({ taps, network, addressed }: Move): Spec {
	const onBridge = network.bridge !== undefined;
	const subnet = (name: unknown) => [`192.168.${40 + Number(String(name).at(-1))}.1/24`];
	const onNetwork = addressed && onBridge ? { addresses: subnet(`1${network.bridge}`) } : {};
	return labSpec(
		{ ...network, ...onNetwork },
		Object.fromEntries(
			taps.map((tap) => [tap, addressed && !onBridge ? { addresses: subnet(tap) } : {}]),
		),
	);
}

/** A host, and the specs that are up on it. */
class Walk {
	readonly #lab: Lab;
	readonly #live = new Map<Spec, readonly string[]>();

	constructor(lab: Lab) {
		this.#lab = lab;
	}

	async go(move: Move): Promise<void> {
		const { taps, verb } = move;
		if (verb === "down") await this.#lab.run((host) => host.down({ taps }));
		else if (!(await this.#up(specOf(move)))) return;
		for (const [spec, theirs] of this.#live)
			if (theirs.some((tap) => taps.includes(tap))) this.#live.delete(spec);
		if (verb === "up") this.#live.set(specOf(move), taps);
		await this.#check();
	}

	/** Bring a spec up. Returns false if it conflicts with what is up, and then nothing may have changed. */
	async #up(spec: Spec): Promise<boolean> {
		const before = await this.#lab.lookSettled();
		try {
			await this.#lab.run((host) => host.up(spec));
			return true;
		} catch (error) {
			if (!(error instanceof UmlnetError)) throw error;
			expect(error.code, error.message).toBe("ERR_CONFLICT");
			expect(await this.#lab.networkChanges(before)).toEqual([]);
			return false;
		}
	}

	/** What is up must be as wanted, and a second `up` must have nothing to do. */
	async #check(): Promise<void> {
		const { result } = await this.#lab.run((host) => host.status());
		expect(result.taps.flatMap(({ drift }) => drift)).toEqual([]);
		for (const spec of this.#live.keys())
			expect((await this.#lab.run((host) => host.up(spec))).mutations).toEqual([]);
	}
}

test("whatever goes up and down in whatever order, it is there as asked, and in the end nothing is left", async () => {
	const walk = async (moves: readonly Move[]): Promise<void> => {
		const lab = await Lab.open();
		try {
			const before = lab.look();
			const walk = new Walk(lab);
			for (const one of moves) await walk.go(one);
			await lab.run((host) => host.down({ all: true }));
			expect(lab.changes(before)).toEqual([]);
		} finally {
			lab.close();
		}
	};
	const numRuns = Number(process.env.UMLNET_WALKS ?? 12);
	await fc.assert(fc.asyncProperty(fc.array(move, { minLength: 2, maxLength: 8 }), walk), {
		numRuns,
		seed,
		examples: PATHS.map((moves): [Move[]] => [[...moves]]),
	});
});
