import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { RollbackError } from "../../src/engine/error.js";
import type { UpRequest } from "../../src/engine/plan.js";
import { KernelError, UmlnetError } from "../../src/sys/error.js";
import type { Operation } from "../../src/testing/fake/faults.js";
import { report } from "../fault/campaign.js";
import { lan } from "./hosts.js";
import { namedPictureOf } from "./picture.js";
import { rejected, upOf } from "./requests.js";
import { Rig, scratch } from "./rig.js";
import { noFlaws, unnamedIn } from "./run.js";
import { someOf } from "./some.js";
import { troublesOf } from "./trouble.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

/** About so many of the operations of a group are tried in CI. */
const MOST = 16;

const onLan = (): Rig => new Rig(directory, lan);

/** A group on a host where some requests are already up, and the result of each. */
class Group {
	readonly #ups: readonly UpRequest[];
	readonly #requests: readonly UpRequest[];
	readonly operations: readonly Operation[];
	/** The host without anything of ours, before the group, and after it. */
	readonly #start: string;
	readonly #before: string;
	readonly #after: string;
	readonly #pictures = new Map<string, string>();

	constructor(before: readonly UpRequest[], requests: readonly UpRequest[]) {
		this.#ups = before;
		this.#requests = requests;
		const rig = onLan();
		this.#start = rig.picture();
		rig.close();
		const probe = this.#ready();
		this.#before = probe.picture();
		probe.engine.up(requests);
		this.operations = [...probe.kernel.operations];
		this.#after = probe.picture();
		probe.close();
	}

	#ready(): Rig {
		const rig = onLan();
		for (const one of this.#ups) rig.engine.up([one]);
		rig.kernel.heal();
		return rig;
	}

	/** The requests that were rejected. If something could not be undone, this recovers first. */
	#up(rig: Rig): readonly number[] {
		const all = this.#requests.map(({ id }) => id);
		try {
			return rejected(rig.engine.up(this.#requests));
		} catch (error) {
			if (!(error instanceof UmlnetError)) throw error;
			if (!(error instanceof RollbackError)) return all;
			const goal = rig.journal.pendingDeletes.size === 0 ? this.#before : this.#after;
			const unnamed = unnamedIn(error.residual, goal, rig.picture());
			if (unnamed.length > 0) throw new Error(`${unnamed.join()} not named: ${error.message}`);
			rig.kernel.heal();
			return rig.recover().outcome === "finished" ? [] : all;
		}
	}

	#pictureWithout(out: readonly number[]): string {
		const who = out.join();
		const picture = this.#pictures.get(who) ?? this.#makeWithout(out);
		this.#pictures.set(who, picture);
		return picture;
	}

	#makeWithout(out: readonly number[]): string {
		const rig = this.#ready();
		for (const one of this.#requests) if (!out.includes(one.id)) rig.engine.up([one]);
		const picture = namedPictureOf(rig.kernel);
		rig.close();
		return picture;
	}

	flaw(arm: (rig: Rig) => void): string | undefined {
		const rig = this.#ready();
		arm(rig);
		const out = this.#up(rig);
		rig.kernel.heal();
		const picture = namedPictureOf(rig.kernel);
		rig.restart();
		const { taps, unfinished } = rig.engine.status();
		rig.engine.down(taps.map(({ name }, id) => ({ id, taps: [name] })));
		const end = rig.picture();
		rig.close();
		const who = `without ${out.join() || "nobody"}`;
		if (unfinished !== undefined) return `${who} it is unfinished`;
		if (picture !== this.#pictureWithout(out)) return `${who} it is not what the others make`;
		const drift = taps.flatMap((tap) => tap.drift.map(({ message }) => message));
		if (drift.length > 0) return `${who} there is drift: ${drift.join("; ")}`;
		return end === this.#start ? undefined : `${who} down does not lead back`;
	}
}

describe("of a group in which an operation fails, the requests that stand are as if the others were not", () => {
	let cases = 0;
	let deviations = 0;
	afterAll(() => report({ campaign: "an operation of a group fails", cases, deviations }));

	test.each<readonly [string, readonly UpRequest[], readonly UpRequest[]]>([
		["requests apart", [], [upOf(1, "nat", "192.168.11.1/24"), upOf(2, "plain"), upOf(3, "snat")]],
		["two on a bridge, one apart", [], [upOf(1, "bridge"), upOf(2, "bridge"), upOf(3, "plain")]],
		[
			"two on a bridge, two on another",
			[],
			[upOf(3, "bridge"), upOf(5, "other"), upOf(4, "bridge"), upOf(6, "other")],
		],
		["one with forwarding of the host", [], [upOf(1, "nat"), upOf(2, "global"), upOf(3, "plain")]],
		["two with forwarding of the host", [], [upOf(1, "nat"), upOf(2, "global"), upOf(3, "global")]],
		["a change beside a start", [upOf(1, "nat")], [upOf(1, "plain"), upOf(2, "plain")]],
		[
			"changes of two on a bridge",
			[upOf(1, "bridge"), upOf(2, "bridge")],
			[upOf(1, "other"), upOf(2, "plain"), upOf(3, "nat")],
		],
		[
			"a shared change beside a start",
			[upOf(1, "bridge")],
			[upOf(1, "bridgeAs"), upOf(2, "bridgeAs")],
		],
		["one leaves forwarding of the host", [upOf(1, "global")], [upOf(1, "plain"), upOf(2, "nat")]],
	])("%s", (_, before, requests) => {
		const group = new Group(before, requests);
		const flaws = someOf(group.operations, MOST).flatMap(([operation, i]) =>
			troublesOf(operation).flatMap(({ name, error, mode, when }) => {
				cases++;
				const flaw = group.flaw(({ kernel }) => kernel.failAt(i + 1, error, mode, when));
				if (flaw !== undefined) deviations++;
				return flaw === undefined ? [] : [`${operation.name} (${i + 1}) ${name}: ${flaw}`];
			}),
		);
		noFlaws(flaws);
	});

	test("both requests of a bridge that nobody else needs", () => {
		const requests = [upOf(1, "nat"), upOf(2, "other"), upOf(3, "other"), upOf(4, "plain")];
		const group = new Group([], requests);
		const flaw = group.flaw(({ kernel }) => {
			kernel.failAt(first(group, "ioctl(TUNSETIFF)") + 1, full(), "once", "before");
			kernel.failAt(first(group, "ioctl(TUNSETIFF)") + 2, full(), "once", "before");
		});
		expect(flaw).toBeUndefined();
	});
});

const first = ({ operations }: Group, name: string): number =>
	operations.findIndex((operation) => operation.name === name) + 1;
const full = (): Error => new KernelError("ioctl(TUNSETIFF)", "ENOMEM");
