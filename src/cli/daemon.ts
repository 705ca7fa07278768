/** What the command line has to do with the daemon: to run it, and to be its client. */
import { DaemonHost } from "../daemon/client.js";
import { DEFAULT_SOCKET } from "../daemon/default-socket.js";
import type { Policy } from "../daemon/policy.js";
import { readPolicy, serve } from "../daemon/serve.js";
import { UnsupportedError } from "../engine/error.js";
import { open } from "../thread/open.js";
import { printable } from "./render/printable.js";
import type { HostPort, Session } from "./session.js";
import { UsageError } from "./usage.js";

/** @throws SpecError, UsageError */
export function checkPolicy(file: string | undefined): Policy {
	if (file === undefined) throw new UsageError("--check needs a policy: --policy FILE");
	return readPolicy(file);
}

/** Run the daemon in this process until it is told to end. */
export async function runDaemon(
	{ io, settings }: Session,
	policy: string | undefined,
): Promise<void> {
	const { socket = DEFAULT_SOCKET, netns, stateDir, timeout } = settings;
	// With a priority in front, as journald reads what a service writes (sd-daemon(3)): 5 is a notice.
	const prefix = io.env.JOURNAL_STREAM === undefined ? "" : "<5>";
	await serve({
		socket,
		policy,
		env: io.env,
		open: () => open({ netns, stateDir, timeout }),
		say: (line) => io.stderr.write(`${prefix}umlnet-nl: ${printable(line)}\n`),
	});
}

/** The host behind a daemon. What only a host of one's own can do is refused. */
export function openRemote(socket: string): HostPort {
	const host = new DaemonHost(socket);
	const refuse = (what: string) => (): never => {
		throw new UnsupportedError(`${what} through the daemon`);
	};
	return {
		up: (spec, { prune, sparing, confirmWithin } = {}) =>
			confirmWithin === undefined
				? host.up(spec, { prune, sparing })
				: refuse("--confirm-within")(),
		down: (which, { sparing, confirmWithin } = {}) =>
			confirmWithin === undefined ? host.down(which, { sparing }) : refuse("--confirm-within")(),
		plan: (spec, options) => host.plan(spec, options),
		planDown: (which) => host.planDown(which),
		status: (taps, options) => host.status(taps, options),
		take: (guest) => host.take(guest),
		doctor: (tap) => host.doctor(tap),
		why: (query) => host.why(query),
		confirm: () => host.confirm(),
		recover: (options) => host.recover(options),
		rollBack: refuse("--confirm-within"),
		confirmState: refuse("--confirm-within"),
		dueIn: refuse("--confirm-within"),
		upFor: refuse("run"),
		downFor: refuse("run"),
		collect: refuse("gc"),
		openTap: refuse("run"),
		close: () => void host.close(),
	};
}
