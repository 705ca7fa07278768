import type { Which } from "../service/networks.js";
import type { Session } from "./session.js";
import { readSpec } from "./spec.js";
import { UsageError } from "./usage.js";

/** Which taps to take down. Exactly one of names, a spec and --all must be given. @throws UsageError */
export async function targetOf(
	session: Session,
	taps: readonly string[],
	file: string | undefined,
	all: boolean,
): Promise<Which> {
	const given = [taps.length > 0, file !== undefined, all].filter(Boolean).length;
	if (given === 0) throw new UsageError("which taps? Give their names, -f SPEC or --all");
	if (given > 1) throw new UsageError("give only one of tap names, -f SPEC and --all");
	if (all) return { all };
	return file === undefined ? { taps } : { spec: await readSpec(session, file) };
}
