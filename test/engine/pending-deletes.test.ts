import { statSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PendingDeletes } from "../../src/engine/journal/ledger.js";
import { lan } from "./hosts.js";
import { downOf, upOf } from "./requests.js";
import { Rig, scratch } from "./rig.js";

let rig: Rig;
let start: string;
beforeEach(() => {
	rig = new Rig(scratch(), lan);
	start = rig.picture();
});
afterEach(() => rig.close());

const pending = (): readonly PendingDeletes[] => [...rig.journal.pendingDeletes.values()];
const links = (): string[] =>
	[...rig.kernel.ns.links.values()]
		.map(({ name }) => name)
		.filter((name) => /^(tap|br)/.test(name));

/** Take taps 1 and 2 down, with their links still present. */
function downLater(): void {
	rig.engine.up([upOf(1, "plain"), upOf(2, "bridge"), upOf(3, "other")]);
	rig.engine.down(downOf(1, 2), true);
}

test("what is left to the caller stands in the journal, and the taps are not ours any more", () => {
	downLater();
	expect(links().toSorted()).toEqual(["br0", "br1", "tap1", "tap2", "tap3"]);
	expect(pending().map(({ command }) => command)).toEqual(["down tap1 tap2"]);
	expect([...rig.journal.state.taps.keys()]).toEqual(["tap3"]);
	expect(rig.journal.isEmpty).toBe(false);
});

test("others come and go meanwhile", () => {
	downLater();
	rig.engine.up([upOf(4, "nat")]);
	rig.engine.down(downOf(4, 3), true);
	expect(pending()).toHaveLength(2);
	expect([...rig.journal.state.taps.keys()]).toEqual([]);
	expect(rig.recover().outcome).toBe("finished");
	expect(rig.picture()).toBe(start);
});

test.each([
	["a tap", upOf(1, "plain")],
	["a bridge", upOf(5, "bridge")],
])("who wants %s of the same name gets a new one", (_, wanted) => {
	downLater();
	rig.engine.up([wanted]);
	expect(pending()).toEqual([]);
	expect(rig.engine.status().taps.flatMap(({ drift }) => drift)).toEqual([]);
	rig.engine.down(downOf(3, wanted.id));
	expect(rig.picture()).toBe(start);
});

test("who takes it down again finds it gone when that is done", () => {
	downLater();
	rig.engine.down(downOf(2));
	expect(pending()).toEqual([]);
	expect(links().toSorted()).toEqual(["br1", "tap3"]);
});

test("it survives the process, the rewriting of the journal, and recovering twice", () => {
	downLater();
	rig.restart();
	expect(rig.engine.unfinished).toBe("down tap1 tap2");
	// A journal that has grown beyond 1 MiB is rewritten.
	const many = Array.from({ length: 40 }, (_, i) => upOf(100 + i, "plain"));
	const { ino } = statSync(rig.path);
	const before = rig.journal.pendingDeletes.size;
	for (let i = 0; statSync(rig.path).ino === ino && i < 200; i++) {
		rig.engine.up(many);
		rig.engine.down(
			many.map(({ id }) => id).flatMap((id) => downOf(id)),
			false,
		);
	}
	expect(statSync(rig.path).ino).not.toBe(ino);
	expect(rig.journal.pendingDeletes.size).toBe(before);
	rig.restart();
	expect(pending().map(({ command }) => command)).toEqual(["down tap1 tap2"]);
	expect(rig.recover()).toMatchObject({ outcome: "finished", transaction: "down tap1 tap2" });
	expect(rig.recover().outcome).toBe("nothing");
	expect(links().toSorted()).toEqual(["br1", "tap3"]);
	rig.engine.down(downOf(3));
	expect(rig.picture()).toBe(start);
});

test("what became somebody else's meanwhile is left alone", () => {
	downLater();
	const index = pending()[0]?.steps[0]?.actions[0];
	if (index?.via !== "unlink") throw new Error("the first step deletes no link");
	rig.kernel.aside(() => {
		const link = rig.kernel.ns.links.get(index.link.index);
		if (link !== undefined) Object.assign(link, { name: "theirs", alias: "theirs" });
	});
	rig.recover();
	expect(links().toSorted()).toEqual(["br1", "tap3"]);
	expect([...rig.kernel.ns.links.values()].map(({ name }) => name)).toContain("theirs");
});
