/**
 * Journals that version 0.1.0 wrote, at its first commit with source NAT, for scenarios of scenarios.ts. What they say
 * is ours must be reported, taken down and undone as if the present version had written it.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { MAGIC } from "../../src/engine/journal/frame.js";
import { kindOf, PHASES } from "../../src/engine/kind.js";
import { execute } from "../../src/kernel/execute.js";
import { kinds } from "../../src/kinds/index.js";
import { busyLan } from "./hosts.js";
import { Rig, scratch } from "./rig.js";
import { starts } from "./scenarios.js";

const file = join(import.meta.dirname, "older/0.1.0.json");
const journals: Readonly<Record<string, string>> = JSON.parse(readFileSync(file, "utf8"));
const PROVISIONAL = "waits to be confirmed";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));
let rig: Rig;
afterEach(() => rig.close());

/** A host with this journal and all objects that the journal says are ours. */
function hostOf(bytes: Uint8Array, host: ConstructorParameters<typeof Rig>[1]): string {
	rig = new Rig(directory, host);
	const before = rig.picture();
	writeFileSync(rig.path, bytes);
	rig.restart();
	const steps = [...rig.journal.state.entries.values()].flatMap(({ kind, made }) =>
		kindOf(kinds, kind).create(made),
	);
	const actions = PHASES.flatMap((phase) => steps.filter((step) => step.phase === phase)).map(
		(step) => step.do,
	);
	expect(execute(rig.kernel, actions).filter((failure) => failure !== undefined)).toEqual([]);
	return before;
}
const bytesOf = (name: string): Buffer => Buffer.from(journals[name] as string, "base64");

test.each(Object.keys(journals).filter((name) => name !== PROVISIONAL))("%s", (name) => {
	const { host } = starts.find((start) => start.name === name) ?? {};
	const before = hostOf(bytesOf(name), host as typeof busyLan);
	const { taps, resources, unfinished } = rig.engine.status();
	expect(taps.length).toBeGreaterThan(0);
	expect(resources.flatMap(({ drift }) => drift)).toEqual([]);
	expect(unfinished).toBeUndefined();
	rig.down(...taps.map(({ name: tap }) => tap));
	expect(rig.picture()).toBe(before);
	expect(rig.journal.isEmpty).toBe(true);
});

test("what waits to be confirmed does so yet, and is undone when its time is over", () => {
	const before = hostOf(bytesOf(PROVISIONAL), busyLan);
	expect(rig.engine.status()).toMatchObject({ provisional: { remaining: 30 } });
	rig.now = 30_000;
	expect(rig.recover()).toMatchObject({ outcome: "undone" });
	expect(rig.picture()).toBe(before);
});

test("what was half done is undone", () => {
	const bytes = bytesOf(PROVISIONAL);
	const begun = bytes.subarray(0, MAGIC.length + 8 + bytes.readUInt32LE(MAGIC.length));
	const before = hostOf(begun, busyLan);
	expect(rig.engine.unfinished).toBe("up tap0 tap1");
	expect(rig.recover()).toMatchObject({ outcome: "undone" });
	expect(rig.picture()).toBe(before);
});
