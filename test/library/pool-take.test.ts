import { expect, test } from "vitest";
import { Pool } from "../../src/host/pool.js";
import type { GuestInput } from "../../src/service/networks.js";
import { SpecError } from "../../src/spec/error.js";

const lab = (last: number): GuestInput["networks"] => ({
	lab: { mode: "nat", uplink: "eth1", snatTo: `192.0.2.${last}`, proxyArp: true },
	quiet: { mode: "host-only" },
});

/** The uplink and the source address of a guest's packets. */
function natOf(pool: Pool, guest: Parameters<Pool["take"]>[1]): unknown {
	const { request } = pool.take(1, structuredClone(guest));
	if (request.verb !== "up") throw new Error("a take brings something up");
	const resources = request.taps.flatMap(({ resources }) => resources);
	return resources.find(({ kind }) => kind === "nat")?.want;
}

test("guests are in the networks they name, whatever those before them named", () => {
	const pool = new Pool({ size: 4, low: 1, owner: 1 }, "1-1");
	for (const last of [1, 1, 2, 2, 1])
		for (const i of [1, 2]) {
			const tap = { addresses: [`10.0.${last}.${i}/32`] };
			const nat = natOf(pool, { network: "lab", networks: lab(last), tap });
			expect(nat).toMatchObject({ uplink: "eth1", snatTo: `192.0.2.${last}`, network: "lab" });
		}
	expect(natOf(pool, { network: "quiet", networks: lab(1) })).toBeUndefined();
});

test("what is wrong with a guest in known networks is told as for the first one", () => {
	const wrong = {
		network: "lap",
		networks: lab(1),
		tap: { addresses: ["10.0.0.0/24"], macc: 1 },
	} as GuestInput;
	const refused = (pool: Pool): unknown => {
		try {
			return pool.take(2, wrong);
		} catch (error) {
			if (!(error instanceof SpecError)) throw error;
			return error.issues.map(({ path, ...issue }) => ({
				...issue,
				path: path.replace(/vm\w+/, "tap"),
			}));
		}
	};
	const fresh = new Pool({ size: 4, low: 1, owner: 1 }, "1-1");
	const known = new Pool({ size: 4, low: 1, owner: 1 }, "1-1");
	known.take(1, { network: "lab", networks: lab(1) });
	const issues = refused(fresh);
	expect(issues).toHaveLength(3);
	expect(refused(known)).toEqual(issues);
});
