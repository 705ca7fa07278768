import type { Connection } from "../service/networks.js";
import { readAncestor } from "../sys/process.js";
import type { Io } from "./io.js";

const VARIABLE = "SSH_CONNECTION";
/** Far more processes than there are between a shell and the server of its session. */
const ANCESTORS = 64;

/**
 * The SSH connection over which the user has logged in, if any. sudo does not pass SSH_CONNECTION on (env_reset,
 * sudoers(5)), so it is also looked for in the environments of the parent processes, among which is the login shell.
 */
export function sshConnection({ env, parent }: Pick<Io, "env" | "parent">): Connection | undefined {
	const own = env[VARIABLE];
	if (own !== undefined) return parseConnection(own);
	for (let pid = parent, tries = 0; pid > 1 && tries < ANCESTORS; tries++) {
		const ancestor = readAncestor(pid);
		if (ancestor === undefined) return undefined;
		const found = ancestor.environment.find((line) => line.startsWith(`${VARIABLE}=`));
		if (found !== undefined) return parseConnection(found.slice(VARIABLE.length + 1));
		pid = ancestor.parent;
	}
	return undefined;
}

/** ssh(1): the client's address and port come first, then the server's. */
function parseConnection(text: string): Connection | undefined {
	const [remote, , local] = text.split(" ");
	return remote === undefined || local === undefined ? undefined : { remote, local };
}
