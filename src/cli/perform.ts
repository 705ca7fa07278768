import type { Aftermath } from "./render/failure.js";
import type { Session } from "./session.js";

/** Run the work of a verb in a session; it resolves to the exit status. */
export type Perform = (
	aftermath: Aftermath,
	work: (session: Session) => Promise<number>,
) => Promise<void>;
