import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import type { RequestOutcome } from "../../src/engine/engine.js";
import type { UpRequest } from "../../src/engine/plan.js";
import type { UpReport } from "../../src/engine/report.js";
import { UmlnetError } from "../../src/sys/error.js";
import { lan } from "./hosts.js";
import { namedPictureOf } from "./picture.js";
import { downOf, rejected, upOf } from "./requests.js";
import { Rig, scratch } from "./rig.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

const onLan = (): Rig => new Rig(directory, lan);

/** Somebody else creates a link of that name. */
function take(rig: Rig, name: string): void {
	rig.kernel.aside(() => rig.kernel.addNic(name));
}

/** The state of a host on which these requests were brought up one after the other. */
function oneByOne(requests: readonly UpRequest[], host = lan): string {
	const rig = new Rig(directory, host);
	for (const one of requests) rig.engine.up([one]);
	const picture = namedPictureOf(rig.kernel);
	rig.close();
	return picture;
}

const many: readonly UpRequest[] = [
	upOf(1, "nat", "192.168.11.1/24"),
	upOf(2, "snat", "192.168.12.1/24"),
	upOf(3, "bridge"),
	upOf(4, "bridge"),
	upOf(5, "other"),
	upOf(6, "other"),
	upOf(7, "plain", "192.168.17.1/24"),
	upOf(8, "plain"),
];

describe("a group", () => {
	test("comes up as its requests would one by one", () => {
		const rig = onLan();
		const start = rig.picture();
		const outcomes = rig.engine.up(many);
		expect(rejected(outcomes)).toEqual([]);
		const picture = namedPictureOf(rig.kernel);
		rig.restart();
		rig.engine.down(downOf(...many.map(({ id }) => id)));
		expect(rig.picture()).toBe(start);
		expect(rig.journal.isEmpty).toBe(true);
		rig.close();
		expect(picture).toBe(oneByOne(many));
	});

	test("goes down as its requests would one by one", () => {
		const rig = onLan();
		rig.engine.up(many);
		rig.engine.down(downOf(1, 3, 5, 7));
		const picture = namedPictureOf(rig.kernel);
		rig.close();
		const one = onLan();
		for (const each of many) one.engine.up([each]);
		for (const each of downOf(7, 5, 3, 1)) one.engine.down([each]);
		expect(picture).toBe(namedPictureOf(one.kernel));
		one.close();
	});

	test("takes one transaction of the journal and one nf_tables batch", () => {
		const rig = onLan();
		rig.kernel.heal();
		rig.engine.up(many);
		const names = rig.kernel.operations.map(({ name }) => name);
		expect(names.filter((name) => name === "nftables")).toHaveLength(1);
		rig.close();
	});

	test("is deleted as one group, without a link deleted by itself", () => {
		const rig = onLan();
		rig.engine.up(many);
		rig.kernel.heal();
		rig.engine.down(downOf(...many.map(({ id }) => id)));
		const names = rig.kernel.operations.map(({ name }) => name);
		expect(names.filter((name) => name === "RTM_DELLINK")).toHaveLength(1);
		expect(names.filter((name) => name === "nftables")).toHaveLength(1);
		rig.close();
	});

	test("tells each request its own steps and those it shares", () => {
		const rig = onLan();
		const outcomes = rig.engine.up([upOf(3, "bridge"), upOf(4, "bridge"), upOf(5, "other")]);
		const labels = (id: number): string[] => {
			const { report } = outcomes.get(id) as { report: UpReport };
			return report.steps.map(({ label }) => label);
		};
		expect(labels(3)).toContain("create tap tap3");
		expect(labels(3)).toContain("create bridge br0");
		expect(labels(4)).toContain("create bridge br0");
		expect(labels(4)).not.toContain("create tap tap3");
		expect(labels(5)).not.toContain("create tap tap4");
		rig.close();
	});
});

describe("a request whose tap's name is taken", () => {
	test.each<[string, readonly UpRequest[]]>([
		["is rejected beside others", [upOf(1, "nat"), upOf(2, "nat"), upOf(3, "plain")]],
		["leaves the bridge to the one it shares it with", [upOf(1, "bridge"), upOf(2, "bridge")]],
		["takes its bridge along", [upOf(1, "nat"), upOf(2, "other"), upOf(3, "bridge")]],
		["takes its source NAT along", [upOf(1, "plain"), upOf(2, "nat"), upOf(3, "other")]],
		["leaves the table to the others", [upOf(1, "nat"), upOf(2, "snat"), upOf(3, "bridge")]],
		["leaves forwarding of the host alone", [upOf(1, "nat"), upOf(2, "global"), upOf(3, "snat")]],
	])("%s", (_, requests) => {
		const rig = onLan();
		take(rig, "tap2");
		const outcomes = commit(rig, requests);
		expect(rejected(outcomes)).toEqual([2]);
		expect(rig.journal.isSettled).toBe(true);
		expect([...rig.journal.state.taps.keys()]).not.toContain("tap2");
		const picture = namedPictureOf(rig.kernel);
		rig.restart();
		expect(rig.engine.status().taps.flatMap(({ drift }) => drift)).toEqual([]);
		rig.engine.down(downOf(1, 2, 3));
		expect(rig.journal.isEmpty).toBe(true);
		rig.close();
		const others = requests.filter(({ id }) => id !== 2);
		const taken = (kernel: Rig["kernel"]) => {
			lan(kernel);
			kernel.addNic("tap2");
		};
		expect(picture).toBe(oneByOne(others, taken));
	});
});

/** Like the library: a group that fails as a whole is retried one by one. */
function commit(
	rig: Rig,
	requests: readonly UpRequest[],
): ReadonlyMap<number, RequestOutcome<UpReport>> {
	const alone = (one: UpRequest): RequestOutcome<UpReport> => {
		try {
			return rig.engine.up([one]).get(one.id) as RequestOutcome<UpReport>;
		} catch (error) {
			if (error instanceof UmlnetError) return { error };
			throw error;
		}
	};
	try {
		return rig.engine.up(requests);
	} catch {
		return new Map(requests.map((one) => [one.id, alone(one)]));
	}
}
