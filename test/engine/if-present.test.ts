import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { parkedTap } from "../../src/kinds/index.js";
import { lan } from "./hosts.js";
import { dropTable, hasTable } from "./our-table.js";
import { downOf, rejected, upOf } from "./requests.js";
import { Rig, scratch } from "./rig.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

/** A request to park a tap of user 500. */
const parked = (id: number) => ({
	id,
	taps: [parkedTap(`tap${id}`, { owner: 500, group: undefined, vnetHdr: false }, "1-1")],
});
const guest = (id: number) => upOf(id, "nat", `192.168.${10 + id}.1/24`);

/** A host with a parked tap. */
function place(): Rig {
	const rig = new Rig(directory, lan);
	expect(rejected(rig.engine.up([parked(1)]))).toEqual([]);
	return rig;
}

test("a parked tap has no table made for it", () => {
	const rig = place();
	expect(hasTable(rig)).toBe(false);
	rig.close();
});

test("the table stays with a tap whose guest needed it, and goes with it", () => {
	const rig = place();
	rig.engine.up([guest(1)]);
	rig.engine.up([parked(1)]);
	expect(hasTable(rig)).toBe(true);
	rig.restart();
	const table = rig.engine.status().resources.find(({ kind }) => kind === "table");
	expect(table).toMatchObject({ taps: ["tap1"], drift: [] });
	rig.engine.up([guest(1)]);
	rig.engine.up([parked(1)]);
	rig.engine.down(downOf(1));
	expect(hasTable(rig)).toBe(false);
	expect(rig.journal.isEmpty).toBe(true);
	rig.close();
});

test("nobody looks whether it is there when a tap is parked", () => {
	const rig = place();
	rig.engine.up([guest(1)]);
	dropTable(rig);
	expect(rejected(rig.engine.up([parked(1)]))).toEqual([]);
	expect(hasTable(rig)).toBe(false);
	// The next guest needs our table.
	expect(rejected(rig.engine.up([guest(1)]))).toEqual([]);
	expect(hasTable(rig)).toBe(true);
	rig.close();
});

test("a guest who comes as another goes has it looked at", () => {
	const rig = place();
	rig.engine.up([guest(1)]);
	dropTable(rig);
	expect(rejected(rig.engine.up([parked(1), guest(2)]))).toEqual([]);
	expect(hasTable(rig)).toBe(true);
	rig.engine.down(downOf(2));
	expect(hasTable(rig)).toBe(true);
	rig.close();
});
