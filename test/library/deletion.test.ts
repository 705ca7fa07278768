import { expect, test } from "vitest";
import { begun, journal } from "./journal.js";
import { Place, tapNames, tapSpec } from "./library.js";

test("guests come up while others are deleted", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec(...tapNames(64)));
	const [down, up] = await Promise.all([
		host.down({ taps: tapNames(64) }),
		host.up(tapSpec("later")),
	]);
	expect(down.taps).toHaveLength(64);
	expect(up.changed).toBe(true);
	await host.status();
	const records = journal(place);
	const commit = records.findIndex((record) => "commit" in record);
	const next = records.findIndex(
		(record) => "begin" in record && /later/.test(record.begin.command),
	);
	const { transaction } = (records[commit] as { commit: { transaction: string } }).commit;
	const end = records.findIndex(
		(record) => "end" in record && record.end.transaction === transaction,
	);
	expect(commit).toBeGreaterThan(0);
	expect(next).toBeGreaterThan(commit);
	expect(end).toBeGreaterThan(next);
	expect(place.links).toEqual(["later"]);
});

test("when it is said that a tap is down, it and all that was on it have gone", async () => {
	await using place = new Place();
	const host = await place.open();
	const empty = place.machine.json("ip -j address show up scope global");
	for (const count of [1, 2, 8, 64]) {
		await host.up(tapSpec(...tapNames(count)));
		await host.down({ taps: tapNames(count) });
		expect(place.links).toEqual([]);
		expect(place.machine.json("ip -j address show up scope global")).toEqual(empty);
		expect(place.machine.json("ip -j route show table all type unicast")).toEqual([]);
	}
});

test("a name is free again for whoever comes next, at once or later", async () => {
	await using place = new Place();
	const host = await place.open();
	const other = await place.open();
	await host.up(tapSpec("tap0"));
	for (let i = 0; i < 5; i++) {
		const [down, up] = await Promise.all([host.down({ taps: ["tap0"] }), host.up(tapSpec("tap0"))]);
		expect([down.changed, up.changed]).toEqual([true, true]);
		await host.down({ taps: ["tap0"] });
		await (i % 2 === 0 ? host : other).up(tapSpec("tap0"));
	}
	expect(begun(place)).toHaveLength(21);
	expect((await host.status()).taps.flatMap(({ drift }) => drift)).toEqual([]);
});

test("closing waits for what is being deleted, and nothing is left of it to recover", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec(...tapNames(8)));
	const down = host.down({ taps: tapNames(8) });
	await host.close();
	expect((await down).taps).toEqual(tapNames(8));
	expect(place.links).toEqual([]);
	expect(place.directory).toBeUndefined();
});
