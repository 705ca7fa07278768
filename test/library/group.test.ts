import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { SpecInput } from "../../src/index.js";
import type { EmbeddedHost } from "../../src/thread/embedded-host.js";
import { Contention } from "./contention.js";
import { begun } from "./journal.js";
import { library, Place, tapNames, tapSpec } from "./library.js";
import { calls, type Said, strace, tell } from "./program.js";
import { refusedFrom } from "./refused.js";

const { ConflictError, SpecError } = library;

/** Make calls while the engine is busy with another one, so that they become one group. */
async function together<T>(
	place: Place,
	host: EmbeddedHost,
	calls: () => readonly Promise<T>[],
): Promise<PromiseSettledResult<T>[]> {
	await host.up(tapSpec("first"));
	const contention = await Contention.on(place.directory);
	const busy = host.up(tapSpec("second"));
	await contention.felt();
	const settled = Promise.allSettled(calls());
	contention[Symbol.dispose]();
	await busy;
	return settled;
}

const rejected = (outcomes: readonly PromiseSettledResult<unknown>[]): [number, unknown][] =>
	outcomes.flatMap((outcome, i) =>
		outcome.status === "rejected" ? [[i, outcome.reason] as [number, unknown]] : [],
	);

test("64 at once make far fewer transactions", async () => {
	await using place = new Place();
	const host = await place.open();
	const reports = await Promise.all(tapNames(64).map((name) => host.up(tapSpec(name))));
	expect(reports.map(({ taps }) => taps.map(({ name }) => name))).toEqual(
		tapNames(64).map((name) => [name]),
	);
	const ups = begun(place).length;
	expect(ups).toBeLessThanOrEqual(8);
	expect(place.links.toSorted()).toEqual(tapNames(64).toSorted());

	const downs = await Promise.all(tapNames(64).map((name) => host.down({ taps: [name] })));
	expect(downs.map(({ taps }) => taps)).toEqual(tapNames(64).map((name) => [name]));
	expect(begun(place).length - ups).toBeLessThanOrEqual(8);
	expect(place.links).toEqual([]);
});

test("all that wait are one transaction, and each is told its own steps", async () => {
	await using place = new Place();
	const host = await place.open();
	const names = tapNames(32);
	const outcomes = await together(place, host, () => names.map((name) => host.up(tapSpec(name))));
	expect(rejected(outcomes)).toEqual([]);
	// The request that waited for the lock forms a group with those that came in the meantime.
	expect(begun(place)).toHaveLength(2);
	for (const [i, outcome] of outcomes.entries())
		if (outcome.status === "fulfilled")
			expect(outcome.value.steps.map(({ label }) => label)).toEqual([
				`create tap ${names[i]}`,
				`bring up ${names[i]}`,
				`add address 192.168.33.33/24 to ${names[i]}`,
				`add ${names[i]} as a segment of guests`,
				`add guard of ${names[i]} (basic)`,
				`make ${names[i]} persistent`,
			]);
});

test("those that fail are rejected, each with its own reason, and the others stand", async () => {
	await using place = new Place();
	place.machine.sh(`
		ip link add tap7 type veth peer name tap9
		ip link set tap9 up
		ip route add 172.16.0.5/32 dev lo
	`);
	const host = await place.open();
	const network = { mode: "routed", uplink: "tap9", addresses: ["192.168.99.1/32"] } as const;
	const routed = { network: "lab", owner: 500, guest: { addresses: ["172.16.0.5/32"] } };
	const specs: SpecInput[] = tapNames(32).map((name) => tapSpec(name));
	specs[3] = { version: 1, networks: {}, taps: { tap3: { network: "none" } } };
	specs[9] = { version: 1, networks: { lab: network }, taps: { "tap9-1": routed } };
	const away = { ...network, uplink: "gone0" };
	specs[20] = { version: 1, networks: { lab: away }, taps: { tap20: routed } };
	const outcomes = await together(place, host, () => specs.map((spec) => host.up(spec)));

	const reasons = new Map(rejected(outcomes));
	expect([...reasons.keys()]).toEqual([3, 7, 9, 20]);
	expect(reasons.get(3)).toBeInstanceOf(SpecError);
	expect(reasons.get(7)).toBeInstanceOf(ConflictError);
	expect(reasons.get(7)).toMatchObject({ subject: "link tap7", step: "create tap tap7" });
	expect(reasons.get(9)).toBeInstanceOf(ConflictError);
	expect(reasons.get(9)).toMatchObject({
		path: "taps.tap9-1.guest.addresses",
		cause: expect.objectContaining({ errno: "EEXIST" }),
	});
	expect(reasons.get(20)).toBeInstanceOf(SpecError);
	expect(reasons.get(20)).toMatchObject({ path: "networks.lab.uplink" });

	const standing = tapNames(32).filter((_, i) => !reasons.has(i));
	const { taps, resources, unfinished } = await host.status();
	expect(taps.map(({ name }) => name).toSorted()).toEqual(
		["first", "second", ...standing].toSorted(),
	);
	expect(resources.flatMap(({ drift }) => drift)).toEqual([]);
	expect(unfinished).toBeUndefined();
	expect(place.links.toSorted()).toEqual(
		["first", "second", "tap7", "tap9", ...standing].toSorted(),
	);
	expect(place.machine.sh("ip -o route show 172.16.0.5")).toContain("dev lo");
	// A request that cannot even be planned is found by halving the group, and not by trying each one.
	expect(begun(place).length).toBeLessThan(16);
});

test("requests for one tap keep their order", async () => {
	await using place = new Place();
	const host = await place.open();
	const [up, down] = [() => host.up(tapSpec("tap0")), () => host.down({ taps: ["tap0"] })];
	const outcomes = await together<{ changed: boolean }>(place, host, () => [
		...[up(), down(), up(), host.up(tapSpec("tap1")), host.down({ taps: ["tap0", "tap1"] }), up()],
		...[host.up(tapSpec("tap2")), host.up(tapSpec("tap2")), host.down({ taps: ["tap1"] })],
	]);
	const changed = outcomes.map((one) => one.status === "fulfilled" && one.value.changed);
	expect(changed).toEqual([true, true, true, true, true, true, true, false, false]);
	expect(place.links.toSorted()).toEqual(["first", "second", "tap0", "tap2"]);
});

test("many go down with one delete, however they are asked for", async () => {
	await using place = new Place();
	const file = join(place.stateDir, "..", "trace");
	const names = tapNames(40);
	const options = ["-e", "trace=sendto", "-e", "abbrev=none"];
	const down = names.map((name) => ["down", { taps: [name] }] as const);
	const up = ["up", tapSpec(...names)] as const;
	const said = await tell<Said[][]>(place.machine, [
		...strace(file, ...options),
		...calls(place, [up], [["down", { taps: names }]], [up], down),
	]);
	expect(said.flat().flatMap(({ error }) => error ?? [])).toEqual([]);
	expect(place.links).toEqual([]);
	const deletes = readFileSync(file, "latin1").match(/nlmsg_type=RTM_DELLINK/g) ?? [];
	// One deletion for the call with all names; for the calls with one name, one for the first and one for the rest.
	expect(deletes.length).toBeGreaterThanOrEqual(2);
	expect(deletes.length).toBeLessThanOrEqual(4);
});

test("what cannot be undone stays in the journal, whatever else is in the group", async () => {
	const specs = tapNames(8).map((name, i) => ({
		version: 1,
		networks: { lab: { mode: "host-only", bridge: `br${i}` } },
		taps: { [name]: { network: "lab", owner: 500 } },
	}));
	const ups = specs.map((spec) => ["up", spec] as const);
	// The first tap comes up, the bridges of the others are created, and then everything is refused.
	const { said, place: found } = await refusedFrom(
		(place) => calls(place, ups.slice(0, 1), ups.slice(1)),
		([one, group]) =>
			one?.[0]?.value?.changed === true && group?.[0]?.error?.code === "ERR_ROLLBACK",
	);
	await using place = found;
	const [one, group] = said;
	expect(one).toMatchObject([{ value: { changed: true } }]);
	expect(group).toHaveLength(7);
	for (const { error } of group ?? []) expect(error).toMatchObject({ code: "ERR_ROLLBACK" });

	const host = await place.open();
	expect((await host.status()).unfinished).toMatch(/^up tap/);
	expect((await host.recover()).outcome).toBe("undone");
	expect(place.links.toSorted()).toEqual(["br0", "tap0"]);
});
