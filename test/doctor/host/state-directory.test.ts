import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stateDirectory } from "../../../src/doctor/host/state-directory.js";
import { madeUp } from "../made-up.js";

const look = (stateDir: string) =>
	stateDirectory.run({ facts: madeUp({}), name: undefined, tap: undefined, stateDir });

test("one that can be made", () => {
	expect(look(join(mkdtempSync(join(tmpdir(), "umlnet-nl-")), "not", "yet"))).toEqual([]);
});

test("one that cannot", () => {
	const file = join(mkdtempSync(join(tmpdir(), "umlnet-nl-")), "file");
	writeFileSync(file, "");
	const [found] = look(file);
	expect([found?.code, found?.stops]).toEqual(["FINDING_STATE_DIRECTORY", false]);
});
