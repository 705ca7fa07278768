import { rmSync } from "node:fs";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { linkKey, type PlanContext } from "../../src/engine/kind.js";
import { ElementSet } from "../../src/kinds/element.js";
import { uplinkKey } from "../../src/kinds/port.js";
import { guests4 } from "../../src/kinds/ruleset/set/guests4.js";
import { segments } from "../../src/kinds/ruleset/set/segments.js";
import { segment } from "../../src/kinds/segment.js";
import { checkSpec } from "../../src/spec/spec.js";
import { lan } from "../engine/hosts.js";
import { Rig, scratch } from "../engine/rig.js";
import { flushed, withTable } from "./our-tables.js";
import { Stage } from "./stage.js";
import { testKind } from "./table.js";

const want = { link: "t1", network: "lab" };

testKind(segment, {
	creations: [
		{
			name: "a tap",
			by: "elements",
			host: withTable,
			want,
			steps: [
				"filter: add t1 as a segment of guests",
				'  do add segments t1 comment "lab"',
				'  undo remove segments t1 comment "lab"',
			],
			removal: [
				"filter: remove t1 as a segment of guests",
				'  do remove segments t1 comment "lab"',
				'  undo add segments t1 comment "lab"',
			],
		},
	],
	drifts: [
		{
			name: "segments were flushed",
			host: withTable,
			want,
			meddle: flushed("segments"),
			told: ["t1 as a segment of guests is not in place"],
		},
	],
});

describe("a bridge", () => {
	/** What is known of br0, and whether its uplink is there to stay. */
	const context = (made: object | undefined, isWanted = false): PlanContext => ({
		...new Stage(withTable).context(),
		made: (key) => (key === linkKey("br0") ? made : undefined),
		isWanted: (key) => isWanted && key === uplinkKey("eth1"),
	});
	const want = { link: "br0", network: "lab" };
	test.each<[string, PlanContext, true | undefined]>([
		["of guests alone", context({ name: "br0" }), undefined],
		["of somebody else's", context({ name: "br0", foreign: true }), true],
		["with a port to a LAN", context({ name: "br0", uplink: "eth1" }, true), true],
		["whose port to a LAN leaves", context({ name: "br0", uplink: "eth1" }), undefined],
	])("%s", (_, context, isShared) => {
		expect(segment.resolve(want, context)).toEqual({ ...want, isShared });
		const other = { ...want, isShared: isShared ? undefined : true } as const;
		expect(segment.reconcile?.(other, want, context)).toEqual({ ...want, isShared });
		expect(segment.create({ ...want, isShared })).toHaveLength(isShared ? 0 : 1);
	});
});

describe("a bridge is of guests alone", () => {
	const directory = scratch();
	afterAll(() => rmSync(directory, { recursive: true }));
	let rig: Rig;
	beforeEach(() => {
		rig = new Rig(directory, lan);
		return () => rig.close();
	});
	const SEGMENTS = new ElementSet({ family: "inet", name: "umlnet-nl" }, segments.set);
	const isSegment = () => SEGMENTS.read(rig.kernel, ["br0"]) !== undefined;
	const up = (tap: string, uplink?: string, said: object = {}) =>
		rig.up(
			checkSpec({
				version: 1,
				networks: { lab: { mode: "bridged", bridge: "br0", ...(uplink && { uplink }) } },
				taps: { [tap]: { network: "lab", owner: 500, ...said } },
			}),
		);

	test("until an uplink becomes a port of it, and again when the last tap that needs it goes", () => {
		up("t1");
		expect(isSegment()).toBe(true);
		up("t2", "eth1");
		expect(isSegment()).toBe(false);
		up("t3", "eth1");
		rig.down("t2");
		expect(isSegment()).toBe(false);
		rig.restart();
		rig.down("t3");
		expect(isSegment()).toBe(true);
		expect(rig.engine.status().resources.flatMap(({ drift }) => drift)).toEqual([]);
		rig.down("t1");
		expect(rig.journal.isEmpty).toBe(true);
	});

	test("and who is known there stays known as a guest when it is not any more", () => {
		const GUESTS = new ElementSet({ family: "inet", name: "umlnet-nl" }, guests4.set);
		up("t1", undefined, { guest: { addresses: ["10.7.0.2/24"] }, host: "closed" });
		up("t2", "eth1");
		expect(isSegment()).toBe(false);
		expect(GUESTS.read(rig.kernel, ["br0", "10.7.0.2"])).toBeDefined();
	});

	test("when one change takes the uplink away", () => {
		up("t1", "eth1");
		expect(isSegment()).toBe(false);
		up("t1");
		expect(isSegment()).toBe(true);
		const entry = rig.journal.state.entries.get("segment:br0");
		expect(entry?.made).not.toHaveProperty("isShared", true);
	});
});
