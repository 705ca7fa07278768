import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import type { Session } from "../session.js";
import type { Verb } from "../verb.js";

interface Options {
	readonly policy?: string;
	readonly check?: boolean;
}

export function addServe(program: Verb, perform: Perform): void {
	program
		.command("serve")
		.summary("the daemon: networks for users without root")
		.description(
			"Serve the networks of this host on a unix socket, by gRPC (proto/umlnet/v1/service.proto), to umlnet-nl itself, " +
				"to connect() of the library and to clients in any language. Who calls is known by the kernel; what users other " +
				"than root may do is in the policy file, and without one it is nothing. SIGHUP reads the policy anew, SIGTERM " +
				"ends the daemon and leaves all networks in place.",
		)
		.option("--policy <FILE>", "who may ask for what, YAML or JSON")
		.option("--check", "only say what is wrong with the policy file")
		.example(
			"umlnet-nl serve --policy /etc/umlnet-nl/policy.yaml",
			"serve at /run/umlnet-nl/umlnet-nl.sock",
		)
		.example("umlnet-nl serve --policy policy.yaml --check", "is this policy right?")
		.action((options: Options) => perform("looking", (session) => serve(session, options)));
}

async function serve(session: Session, { policy, check = false }: Options): Promise<number> {
	// Its threads are files beside the program, and the single file has none.
	if (!check && process.argv[1]?.startsWith("/$bunfs/")) {
		const { UnsupportedError } = await import("../../engine/error.js");
		throw new UnsupportedError("serve in the single file");
	}
	if (check) {
		const { checkPolicy } = await import("../daemon.js");
		const { rules } = checkPolicy(policy);
		session.say(`${policy}: ${rules.length === 1 ? "1 rule" : `${rules.length} rules`}`);
		return Exit.done;
	}
	const { runDaemon } = await import("../daemon.js");
	await runDaemon(session, policy);
	return Exit.done;
}
