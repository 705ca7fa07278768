import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { ERRNOS } from "../../src/sys/errno.js";

// No header of the C library has the errnos of the kernel's internal linux/errno.h.
const public_ = ERRNOS.filter(([number]) => number < 512);
const byName = new Map(public_.map(([number, name]) => [name, number]));

test("errnos have the names and numbers of the installed headers, and none is missing", () => {
	const text = execFileSync("gcc", ["-E", "-dM", "-x", "c", "-"], { input: "#include <errno.h>" });
	const defined = [...`${text}`.matchAll(/^#define (E[A-Z0-9]+) (\w+)$/gm)];
	const numbers = defined.filter(([, , value]) => /^\d+$/.test(`${value}`));
	expect(numbers.length).toBeGreaterThan(120);
	expect(new Map(numbers.map(([, name, value]) => [name, Number(value)]))).toEqual(byName);
});

test("what is said of them is what strerror(3) says", () => {
	const script = `
import os, sys
for number in sys.argv[1:]: print(os.strerror(int(number)))`;
	const numbers = public_.map(([number]) => `${number}`);
	const said = execFileSync("python3", ["-c", script, ...numbers], { encoding: "utf8" });
	const ours = public_.map(([, , text]) => text);
	const lower = (text: string): string =>
		/^[A-Z][^A-Z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
	expect(ours).toEqual(said.trimEnd().split("\n").map(lower));
});
