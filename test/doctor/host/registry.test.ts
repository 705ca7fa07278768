import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HOST } from "../../../src/doctor/host/index.js";

const SRC = join(import.meta.dirname, "../../../src/doctor/host");

test("every check of the host is one file, is registered, and has a test", () => {
	const files = readdirSync(SRC)
		.filter((name) => name !== "index.ts")
		.map((name) => name.replace(/\.ts$/, ""));
	expect(HOST).toHaveLength(files.length);
	expect(HOST.every(({ of }) => of === "host")).toBe(true);
	expect(new Set(HOST.map(({ check }) => check)).size).toBe(files.length);
	const tests = readdirSync(import.meta.dirname).map((name) => name.replace(/\.test\.ts$/, ""));
	// /dev/net/tun itself is tried in a mount namespace: test/doctor/seed.test.ts.
	expect(tests.toSorted()).toEqual(
		[...files.filter((name) => name !== "tun"), "registry"].toSorted(),
	);
});
