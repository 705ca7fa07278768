import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { commitGroup } from "../../src/engine/group.js";
import { lan } from "./hosts.js";
import { downOf, rejected, upOf } from "./requests.js";
import { Rig, scratch } from "./rig.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

let rig: Rig;
beforeEach(() => {
	rig = new Rig(directory, lan);
});
afterEach(() => rig.close());

const up = (...wanted: Parameters<typeof upOf>): void => {
	rig.engine.up([upOf(...wanted)]);
};

test("taps of one network may have one subnet", () => {
	up(1, "nat", "192.168.11.1/24");
	up(2, "nat", "192.168.11.1/24");
	expect(rig.journal.state.taps.size).toBe(2);
});

test("two networks may not, until the first has gone", () => {
	up(1, "nat", "192.168.11.1/24");
	const before = rig.picture();
	expect(() => up(2, "plain", "192.168.11.9/24")).toThrow(
		"subnet 192.168.11.0/24 of tap2: found 192.168.11.0/24 on tap1, wanted none of it on another link",
	);
	expect(rig.picture()).toBe(before);
	rig.engine.down(downOf(1));
	up(2, "plain", "192.168.11.9/24");
	expect(rig.journal.state.taps.size).toBe(1);
});

test("two networks may not in one group either, and who came first gets it", () => {
	const requests = [
		upOf(1, "nat", "192.168.11.1/24"),
		upOf(2, "nat", "192.168.11.1/24"),
		upOf(3, "plain", "192.168.11.9/24"),
		upOf(4, "fast", "192.168.11.77/16"),
		upOf(5, "plain", "192.168.12.1/24"),
		upOf(6, "plain", "192.168.11.2/32"),
	];
	expect(() => rig.engine.up(requests)).toThrow(
		"subnet 192.168.11.0/24 of tap3: found 192.168.11.0/24 on tap1, wanted none of it on another link",
	);
	const outcomes = commitGroup(
		rig.engine,
		requests.map((one) => ({ verb: "up", ...one })),
	);
	const alone = new Rig(directory, lan);
	const refused = requests.flatMap((one) => {
		try {
			return rejected(alone.engine.up([one]));
		} catch {
			return [one.id];
		}
	});
	alone.close();
	expect(rejected(outcomes)).toEqual(refused);
	expect(refused).toEqual([3, 4]);
	expect(rig.journal.state.taps.size).toBe(4);
});

test("a part of the LAN, and an address by itself, may be on a tap", () => {
	up(1, "plain", "10.33.33.129/25");
	up(2, "plain", "10.33.33.33/32");
	expect(() => up(3, "plain", "10.33.33.9/24")).toThrow("10.33.33.0/24 on eth1");
	expect(rig.journal.state.taps.size).toBe(2);
});

test("what is being deleted is in nobody's way", () => {
	up(1, "nat", "192.168.11.1/24");
	rig.engine.down(downOf(1), true);
	expect(rig.journal.pendingDeletes.size).toBe(1);
	up(2, "plain", "192.168.11.9/24");
	expect([...rig.journal.state.taps.keys()]).toEqual(["tap2"]);
});

test("what goes for IPv4 goes for IPv6", () => {
	up(1, "nat", "fd00:11::1/64");
	up(2, "nat", "fd00:11::1/64");
	const before = rig.picture();
	expect(() => up(3, "plain", "fd00:11::9/64")).toThrow(
		"subnet fd00:11::/64 of tap3: found fd00:11::/64 on tap1, wanted none of it on another link",
	);
	expect(rig.picture()).toBe(before);
	const refused = [upOf(4, "plain", "fd00:12::1/64"), upOf(5, "fast", "fd00:12::9/56")];
	expect(() => rig.engine.up(refused)).toThrow("subnet fd00:12::/56 of tap5");
	up(6, "plain", "fd00:11::9/128");
	expect(rig.journal.state.taps.size).toBe(3);
});
