/**
 * While something is up, the journal is lost, replaced by an older copy, or of another version. Nobody may be locked
 * out by that, and `recover --strays` and `down` must leave nothing of ours. If the journal was lost altogether, the
 * host must end as it was before us.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, test } from "vitest";
import { HEAD, MAGIC } from "../../src/engine/journal/frame.js";
import { UmlnetError } from "../../src/sys/error.js";
import { report } from "../fault/campaign.js";
import { Rig, scratch } from "./rig.js";
import { noFlaws } from "./run.js";
import { changes, type Scenario, starts } from "./scenarios.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

let cases = 0;
let deviations = 0;
afterAll(() => report({ campaign: "memory lost or old (model)", cases, deviations }));

/**
 * A host on which everything of a scenario is up, its state before, and every content of the journal in the meantime.
 */
function ready({ host, before = [], spec }: Scenario) {
	const rig = new Rig(directory, host);
	const start = rig.picture();
	for (const wanted of [...before, spec]) rig.up(wanted);
	rig.journal.close();
	return { rig, start, bytes: readFileSync(rig.path) };
}

/** The ends of the records of a journal. The beginning of the first one counts as an end. */
function ends(bytes: Buffer): number[] {
	const out = [MAGIC.length];
	for (let at = MAGIC.length; at < bytes.length; out.push(at)) at += HEAD + bytes.readUInt32LE(at);
	return out;
}

/** Let a process that has only this journal clean up, and return what is wrong with the result. */
function flawOf(
	rig: Rig,
	start: string,
	journal: Uint8Array | undefined,
	isExact: boolean,
): string | undefined {
	cases++;
	rmSync(rig.path, { force: true });
	if (journal !== undefined) writeFileSync(rig.path, journal);
	rig.restart();
	try {
		rig.engine.status();
		rig.recover();
		const { residual } = rig.engine.removeStrays();
		if (residual.length > 0) return `left: ${residual.join(", ")}`;
		rig.down(...rig.journal.state.taps.keys());
		const { strays = [], taps } = rig.engine.status();
		if (strays.length + taps.length > 0) return `there is yet: ${strays.join(", ")}`;
	} catch (error) {
		if (error instanceof UmlnetError) return `${error.code} ${error.message}`;
		throw error;
	}
	if (!rig.journal.isEmpty) return "the journal is not empty";
	return !isExact || rig.picture() === start ? undefined : "the host is not as it was";
}

function none(flaws: readonly string[]): void {
	deviations += flaws.length;
	noFlaws(flaws);
}

/** No mark records the settings that single interfaces had before the whole host forwarded. */
const UNMARKED = /one interface having it already/;

/** What others did in the meantime belongs to them. */
const all = [...starts, ...changes].filter(({ meanwhile }) => meanwhile === undefined);

test.each(all.map((scenario) => [scenario.name, scenario] as const))("%s", (_, scenario) => {
	const flaws: string[] = [];
	const { bytes } = ready(scenario);
	const journals: readonly (readonly [what: string, journal: Uint8Array | undefined])[] = [
		["lost", undefined],
		...ends(bytes).map((end) => [`of ${end} bytes`, bytes.subarray(0, end)] as const),
	];
	for (const [what, journal] of journals) {
		const { rig, start } = ready(scenario);
		// An old journal may take objects of ours for the state of the host before us, because it cannot know better.
		const isExact =
			(what === "lost" || journal?.length === bytes.length) && !scenario.name.match(UNMARKED);
		const flaw = flawOf(rig, start, journal, isExact);
		if (flaw !== undefined) flaws.push(`${what}: ${flaw}`);
		rig.close();
	}
	none(flaws);
});
