import { expect, test } from "vitest";
import type { GuestInput, NetworkPoolInput, SpecInput } from "../../src/index.js";
import { library, Place, rejection } from "./library.js";
import { filled, guest, parked } from "./pool.js";

const { SpecError } = library;
const pooled = (i: number, pool: object, name = "lab"): GuestInput => {
	const { networks } = guest(i, { pool: pool as NetworkPoolInput });
	return { network: name, networks: { [name]: networks.lab } };
};

test("a network's own pool serves its guests, is kept filled, and goes with the engine", async () => {
	await using place = new Place();
	const host = await place.open();
	const pool = { size: 4, low: 2, owner: 500 };
	await host.up({ version: 1, networks: pooled(0, pool).networks, taps: {} });
	const names = await filled(host, 4);
	const taken = await host.take(pooled(1, pool));
	expect(names).toContain(taken.name);
	expect(taken.owner).toBe(500);
	await host.down({ taps: [taken.name] });
	expect((await parked(host)).map(({ name }) => name)).toContain(taken.name);
	await host.close();
	expect(place.links).toEqual([]);
});

test("networks have pools of their own, and the engine's is for those that have none", async () => {
	await using place = new Place();
	const host = await place.open({ pool: { size: 2, low: 1, owner: 1 } });
	const [mine] = await filled(host, 2);
	const a = await host.take(pooled(0, { size: 2, owner: 2 }, "a"));
	const b = await host.take(pooled(1, { size: 2, owner: 3 }, "b"));
	const other = await host.take(guest(2));
	expect([a.owner, b.owner, other.owner]).toEqual([2, 3, 1]);
	// The pool of the engine has one tap left, and is not below its mark.
	await filled(host, 1 + 2 + 2);
	// Taps that are all of one pool return to it; those of two pools are deleted.
	const before = place.links;
	await host.down({ taps: [a.name, b.name] });
	expect(place.links).not.toContain(a.name);
	await host.down({ taps: [other.name] });
	expect(before).toContain(mine);
	await filled(host, 6);
	expect(place.links).toHaveLength(6);
});

test("a pool takes another size", async () => {
	await using place = new Place();
	const host = await place.open();
	const spec = (size: number): SpecInput => ({
		version: 1,
		networks: pooled(0, { size }).networks,
		taps: {},
	});
	await host.up(spec(2));
	await filled(host, 2);
	await host.up(spec(5));
	expect(await filled(host, 5)).toHaveLength(5);
});

test.each([
	[{}, "networks.lab.pool.size", "is missing"],
	[{ size: 0 }, "networks.lab.pool.size", "must be 1 to 10000"],
	[{ size: 4, low: 5 }, "networks.lab.pool.low", "holds 4 taps at most"],
	[{ sice: 4 }, "networks.lab.pool.sice", "is not a known key"],
])("%o is refused", async (pool, path, message) => {
	await using place = new Place();
	const host = await place.open();
	const error = (await rejection(host.take(pooled(0, pool)))) as InstanceType<typeof SpecError>;
	expect(error).toBeInstanceOf(SpecError);
	const issue = error.issues.find((one) => one.path === path);
	expect(issue?.message).toContain(message);
	expect(place.links).toEqual([]);
});

test("without any pool there is nothing to take", async () => {
	await using place = new Place();
	const host = await place.open();
	expect(await rejection(host.take(guest()))).toMatchObject({ code: "ERR_USAGE" });
});
