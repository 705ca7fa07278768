import { rmSync } from "node:fs";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import {
	ConflictError,
	NotConfirmedError,
	ProvisionalError,
	RollbackError,
} from "../../src/engine/error.js";
import { Journal } from "../../src/engine/journal/journal.js";
import { batchOf } from "../../src/kinds/table.js";
import { UmlnetError } from "../../src/sys/error.js";
import { report } from "../fault/campaign.js";
import { dies, type Place, placesOf, told } from "./death.js";
import { busyLan, lan } from "./hosts.js";
import { Rig, scratch, stateIn } from "./rig.js";
import { noFlaws, unnamedIn } from "./run.js";
import { namesIn, type Scenario, specs } from "./scenarios.js";
import { someOf } from "./some.js";
import { troublesOf } from "./trouble.js";

const WITHIN = 30_000;
const directory = scratch();
const state = stateIn(directory);
afterAll(() => rmSync(directory, { recursive: true }));

const bridged: Scenario = { name: "S2 over a busy uplink", host: busyLan, spec: specs.bridged };
/** Of the operations of a run, and of the places to die, so many are tried in CI. */
const MOST = 16;

const SCENARIOS: readonly Scenario[] = [
	bridged,
	{ name: "S3", host: lan, spec: specs.snat },
	{ name: "forwarding of the whole host", host: lan, spec: specs.global },
	{
		name: "from bridged to source NAT, which deletes the bridge once it is confirmed",
		host: busyLan,
		before: [specs.bridged],
		spec: specs.snat,
	},
];

/** A scenario with a deadline: its preparations, what it does, and the states of the host. */
class ProvisionalRun {
	readonly start: string;
	/** The state while it waits to be confirmed, and the state after the confirmation, which may delete links. */
	readonly waiting: string;
	readonly end: string;
	readonly places: readonly Place[];
	readonly operations: Rig["kernel"]["operations"];
	readonly #scenario: Scenario;
	readonly #verb: "up" | "down";

	constructor(scenario: Scenario, verb: "up" | "down") {
		this.#scenario = scenario;
		this.#verb = verb;
		const rig = this.ready();
		this.start = rig.picture();
		this.act(rig);
		this.operations = [...rig.kernel.operations];
		// Two writes: its beginning, and that it is provisional.
		this.places = placesOf(this.operations.length, 2);
		this.waiting = rig.picture();
		rig.engine.confirm();
		this.end = rig.picture();
		rig.close();
	}

	ready(): Rig {
		const { host, before = [], spec } = this.#scenario;
		const rig = new Rig(directory, host);
		for (const wanted of this.#verb === "down" ? [...before, spec] : before) rig.up(wanted);
		rig.kernel.heal();
		return rig;
	}

	readonly act = (rig: Rig): void => {
		const { spec } = this.#scenario;
		if (this.#verb === "up") rig.up(spec, WITHIN);
		else rig.engine.down([{ id: 0, taps: namesIn(spec) }], false, WITHIN);
	};

	/** A host whose last change is provisional. */
	onIt(): Rig {
		const rig = this.ready();
		this.act(rig);
		rig.kernel.heal();
		return rig;
	}

	/** Either the whole change must wait and be undone when its time is over, or none of it must be there. */
	flaw(rig: Rig): string | undefined {
		if (rig.recover().provisional !== undefined && rig.picture() !== this.waiting)
			return "it waits, but not all of it";
		rig.now += WITHIN;
		rig.recover();
		if (rig.picture() !== this.start) return "it does not lead back";
		if (!rig.journal.isSettled) return "unfinished in the journal";
		rig.now -= WITHIN;
		rig.kernel.heal();
		this.act(rig);
		rig.engine.confirm();
		return undefined;
	}
}

const runs = SCENARIOS.flatMap((scenario): [string, ProvisionalRun][] => [
	[`${scenario.name}: up`, new ProvisionalRun(scenario, "up")],
	[`${scenario.name}: down`, new ProvisionalRun(scenario, "down")],
]);

describe("what is provisional", () => {
	const rigs: Rig[] = [];
	const onIt = (run: ProvisionalRun): Rig => {
		const rig = run.onIt();
		rigs.push(rig);
		return rig;
	};
	afterEach(() => {
		for (const rig of rigs.splice(0)) rig.close();
	});

	test.each(runs)("stands when it is confirmed, and twice is as good: %s", (_, run) => {
		const rig = onIt(run);
		rig.now = WITHIN - 1;
		rig.restart();
		expect(rig.engine.confirm().changed).toBe(true);
		expect(rig.picture()).toBe(run.end);
		expect(rig.journal.isSettled).toBe(true);
		rig.restart();
		rig.kernel.heal();
		expect(rig.engine.confirm()).toMatchObject({ changed: false, steps: [] });
		expect(rig.recover().outcome).toBe("nothing");
		expect(rig.kernel.operations).toEqual([]);
	});

	test.each(runs)("is as it was when its time is over, and too late to confirm: %s", (_, run) => {
		const rig = onIt(run);
		rig.restart();
		rig.now = WITHIN;
		expect(() => rig.engine.confirm()).toThrow(NotConfirmedError);
		expect(rig.picture()).toBe(run.start);
		expect(rig.journal.isSettled).toBe(true);
		rig.restart();
		expect(() => rig.engine.confirm()).toThrow("was not confirmed in time");
	});

	test.each(runs)("is as it was when it is rolled back before: %s", (_, run) => {
		const rig = onIt(run);
		rig.engine.rollBack("somebody else's");
		expect(rig.picture()).toBe(run.waiting);
		rig.engine.rollBack(rig.journal.unfinished?.transaction ?? "");
		expect(rig.picture()).toBe(run.start);
		expect(() => rig.engine.confirm()).toThrow(NotConfirmedError);
	});

	test("keeps others out until then, who undo it afterwards", () => {
		const run = new ProvisionalRun(bridged, "up");
		const rig = onIt(run);
		rig.restart();
		rig.now = WITHIN - 2500;
		expect(() => rig.up(specs.hostOnly)).toThrow(ProvisionalError);
		expect(() => rig.down("tap0")).toThrow("up tap0 waits to be confirmed, for 3 s more");
		expect(rig.recover()).toMatchObject({ outcome: "nothing", provisional: { remaining: 2.5 } });
		const { taps, unfinished, exact } = rig.engine.status(undefined, { verify: true });
		expect(taps).toMatchObject([{ name: "tap0", drift: [] }]);
		expect({ unfinished, exact }).toEqual({ unfinished: undefined, exact: true });
		expect(rig.engine.status().provisional).toEqual({
			transaction: rig.journal.unfinished?.transaction,
			command: "up tap0",
			remaining: 2.5,
		});
		expect(rig.engine.planDown(["tap0"]).steps).not.toEqual([]);
		expect(rig.picture()).toBe(run.waiting);
		rig.now = WITHIN;
		expect(rig.engine.unfinished).toBe("up tap0");
		expect(rig.engine.status()).toMatchObject({ unfinished: "up tap0" });
		expect(rig.recover()).toMatchObject({ outcome: "undone", transaction: "up tap0" });
		expect(rig.picture()).toBe(run.start);
		expect(rig.engine.status().taps).toEqual([]);
	});

	test("is nothing where nothing was to do, and nothing is to confirm", () => {
		const rig = new Rig(directory, lan);
		rigs.push(rig);
		expect(() => rig.engine.confirm()).toThrow(ConflictError);
		rig.up(specs.snat);
		rig.up(specs.snat, WITHIN);
		expect(rig.journal.isSettled).toBe(true);
		expect(() => rig.engine.confirm()).toThrow("nothing that waits to be confirmed");
	});

	test("may be a mere repair", () => {
		const rig = new Rig(directory, lan);
		rigs.push(rig);
		rig.up(specs.snat);
		const whole = rig.picture();
		rig.kernel.aside(() => rig.kernel.writeSysctl("net/ipv4/conf/tap0/forwarding", "0"));
		const drifted = rig.picture();
		rig.up(specs.snat, WITHIN);
		expect(rig.picture()).toBe(whole);
		rig.now += WITHIN;
		rig.recover();
		expect(rig.picture()).toBe(drifted);
		rig.up(specs.snat, WITHIN);
		rig.engine.confirm();
		expect(rig.picture()).toBe(whole);
		expect(rig.journal.isSettled).toBe(true);
	});

	test.each([
		["confirmed", true],
		["rolled back", false],
	])("and %s is known to who waits, also when the journal has gone since", (_, confirmed) => {
		const rig = onIt(new ProvisionalRun(bridged, "down"));
		const waiting = new Journal(state, undefined, batchOf);
		waiting.refresh();
		const transaction = waiting.unfinished?.transaction;
		if (!confirmed) rig.now = WITHIN;
		if (confirmed) rig.engine.confirm();
		else rig.recover();
		rig.journal.remove();
		waiting.refresh();
		expect(waiting.confirmOutcome).toEqual({ transaction, command: "down tap0", confirmed });
		waiting.close();
	});
});

let cases = 0;
let deviations = 0;
afterAll(() =>
	report({ campaign: "deaths and faults of what is provisional (model)", cases, deviations }),
);
function count(flaws: readonly (string | undefined)[]): void {
	const found = flaws.filter((flaw) => flaw !== undefined);
	cases += flaws.length;
	deviations += found.length;
	noFlaws(found);
}

describe("a process dies", () => {
	test.each(runs)("applying it: all of it waits, or nothing is there: %s", (_, run) => {
		const ends = new Set<boolean>();
		const flaws = someOf(run.places, MOST).map(([place]) => {
			const rig = run.ready();
			const died = dies(rig, place, () => run.act(rig));
			ends.add(rig.engine.provisional !== undefined);
			const flaw = died ? run.flaw(rig) : "did not die";
			rig.close();
			return flaw && `died ${told(place)}: ${flaw}`;
		});
		count(flaws);
		expect(ends).toEqual(new Set([false, true]));
	});

	/** Another process does something to the provisional change and dies at every place. */
	function dying(run: ProvisionalRun, ready: (rig: Rig) => void, act: (rig: Rig) => void) {
		const probe = run.onIt();
		ready(probe);
		act(probe);
		const places = placesOf(probe.kernel.operations.length, 2);
		probe.close();
		return someOf(places, MOST).map(([place]) => {
			const rig = run.onIt();
			ready(rig);
			const died = dies(rig, place, () => act(rig));
			return { rig, died, where: told(place) };
		});
	}

	test.each(runs)("confirming it: it stands, or it still waits: %s", (_, run) => {
		const deaths = dying(
			run,
			() => {},
			(rig) => rig.engine.confirm(),
		);
		const flaws = deaths.map(({ rig, died, where }) => {
			if (rig.recover().provisional !== undefined) rig.engine.confirm();
			rig.now = WITHIN;
			rig.recover();
			const stands = rig.picture() === run.end && rig.journal.isSettled;
			rig.close();
			// After the last write there is no place to die, so some runs simply end.
			return stands || !died ? undefined : `died ${where}: it does not stand`;
		});
		expect(deaths.filter(({ died }) => died).length).toBeGreaterThanOrEqual(5);
		count(flaws);
	});

	test.each(runs)("rolling it back: the next one does: %s", (_, run) => {
		const deaths = dying(
			run,
			(rig) => {
				rig.now = WITHIN;
			},
			(rig) => rig.recover(),
		);
		const flaws = deaths.map(({ rig, died, where }) => {
			// Whatever the clock shows, a change whose undo has begun must not be confirmed.
			rig.now = WITHIN - 1;
			const hasExpired = rig.journal.unfinished?.provisional === undefined;
			if (!hasExpired) rig.now = WITHIN;
			rig.recover();
			const back = rig.picture() === run.start && rig.journal.isSettled;
			rig.close();
			return back && died ? undefined : `died ${where}: it is not as it was`;
		});
		count(flaws);
	});
});

describe("an operation fails", () => {
	test.each(runs)("applying it: all of it waits, or nothing is there: %s", (_, run) => {
		const flaws = someOf(run.operations, MOST).flatMap(([operation, i]) =>
			troublesOf(operation).map(({ name, error, mode, when }) => {
				const rig = run.ready();
				rig.kernel.failAt(i + 1, error, mode, when);
				const failure = caught(() => run.act(rig));
				const waits = rig.engine.provisional !== undefined;
				rig.kernel.heal();
				const flaw = waits === (failure === undefined) ? run.flaw(rig) : "it waits after an error";
				rig.close();
				return flaw && `${operation.name} (${i + 1}) ${name}: ${flaw}`;
			}),
		);
		count(flaws);
	});

	test.each(runs)(
		"rolling it back: what is left is named, and recover finishes it: %s",
		(_, run) => {
			const rollBack = (rig: Rig) => rig.engine.rollBack(rig.journal.unfinished?.transaction ?? "");
			const probe = run.onIt();
			rollBack(probe);
			const operations = [...probe.kernel.operations];
			probe.close();
			const flaws = someOf(operations, MOST).flatMap(([operation, i]) =>
				troublesOf(operation).map(({ name, error, mode, when }) => {
					const rig = run.onIt();
					rig.kernel.failAt(i + 1, error, mode, when);
					const failure = caught(() => rollBack(rig));
					const flaw = flawOfRollback(rig, run, failure);
					rig.close();
					return flaw && `${operation.name} (${i + 1}) ${name}: ${flaw}`;
				}),
			);
			count(flaws);
		},
	);
});

function flawOfRollback(rig: Rig, run: ProvisionalRun, failure: UmlnetError | undefined) {
	if (failure !== undefined && !(failure instanceof RollbackError)) return String(failure);
	const unnamed = unnamedIn(failure?.residual ?? [], run.start, rig.picture());
	if (unnamed.length > 0) return `${unnamed.join()} not named`;
	rig.kernel.heal();
	rig.restart();
	if (failure !== undefined && !(caught(() => rig.engine.confirm()) instanceof UmlnetError))
		return "half undone, it was confirmed";
	rig.recover();
	return rig.picture() === run.start && rig.journal.isSettled ? undefined : "not as it was";
}

function caught(act: () => void): UmlnetError | undefined {
	try {
		act();
		return undefined;
	} catch (error) {
		if (error instanceof UmlnetError) return error;
		throw error;
	}
}
