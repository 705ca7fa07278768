import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { unhex } from "../wire/bytes.js";
import { addressesOf, packetValues, protocols } from "./protocols.js";

const CASES = 300;
const ORACLE = new URL("oracle.py", import.meta.url).pathname;

/** Values as JSON, with bytes in hexadecimal. */
const text = (value: unknown): string =>
	JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? unhex(one) : one));

test.each(protocols.map((one) => [one.packet.name, one] as const))(
	"%s is what Python's struct module makes of the same values",
	(name, protocol) => {
		const { packet } = protocol;
		const cases = fc.sample(fc.tuple(packetValues(protocol), addressesOf(protocol)), CASES);
		const input = cases.map(([value, [around]]) => text([name, { ...value, ...around }]));
		const output = execFileSync("python3", [ORACLE], { input: input.join("\n"), encoding: "utf8" });
		const theirs = output.trimEnd().split("\n");
		expect(theirs).toHaveLength(CASES);
		for (const [i, [value, around]] of cases.entries())
			expect(unhex(packet.encode(value, ...around)), input[i]).toBe(theirs[i]);
	},
);
