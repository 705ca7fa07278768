import type { FailureContext } from "./render/failure.js";
import type { Session } from "./session.js";

/** Runs the work of a verb in a session. The work resolves to the exit status. */
export type Perform = (
	context: FailureContext,
	work: (session: Session) => Promise<number>,
) => Promise<void>;
