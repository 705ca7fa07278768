import type { Check } from "../../src/doctor/check.js";
import type { Finding } from "../../src/service/diagnosis.js";
import { type MadeUp, madeUp } from "./made-up.js";

/** What a check finds on a host, asked about a tap or about the host itself. */
export function findingsOf(check: Check, made: MadeUp, name?: string): readonly Finding[] {
	const facts = madeUp(made);
	const tap = name === undefined ? undefined : facts.linkNamed(name);
	return check.run({ facts, name, tap, stateDir: "/run/umlnet-nl" });
}

/** The codes alone. */
export const codesOf = (check: Check, made: MadeUp, name: string | undefined = "tap0"): string[] =>
	findingsOf(check, made, name).map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`);
