import { Place } from "./library.js";
import { type Said, strace, tell } from "./program.js";

/** More than a process sends before it ends. */
const LAST = 60;

/**
 * Run a program on hosts of its own on which the kernel refuses every message from one on, first from the first, then
 * from the second and so on, until it says what is wanted. The place of a message among all is nobody's promise, so it
 * is looked for. The last host is returned as the program left it.
 */
export async function refusedFrom(
	program: (place: Place) => readonly string[],
	isWanted: (said: readonly Said[][]) => boolean,
): Promise<{ readonly place: Place; readonly said: readonly Said[][] }> {
	for (let first = 1; first <= LAST; first++) {
		const refusing = ["-e", "trace=sendto", "-e", `inject=sendto:error=ENOBUFS:when=${first}+`];
		const place = new Place();
		// Refused before it had begun, a program says nothing that can be read.
		const said = await tell<Said[][]>(place.machine, [
			...strace("/dev/null", ...refusing),
			...program(place),
		]).catch(() => []);
		if (isWanted(said)) return { place, said };
		await place[Symbol.asyncDispose]();
	}
	throw new Error(`it never said so, whichever of ${LAST} messages was the first to be refused`);
}
