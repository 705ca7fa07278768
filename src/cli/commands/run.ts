import { closeSync } from "node:fs";
import type { Spec } from "../../spec/model.js";
import type { Perform } from "../perform.js";
import type { CommandRunner, HostPort, Session } from "../session.js";
import { addTapOptions, specOf, type TapOptions } from "../spec.js";
import { UsageError } from "../usage.js";
import type { Verb } from "../verb.js";

interface RunOptions extends TapOptions {
	readonly file?: string;
}

export function addRun(program: Verb, perform: Perform, argv: readonly string[]): void {
	const verb = program
		.command("run")
		.summary("network up, a command run, network down when it ends")
		.description(
			"Bring up one tap described by flags, or everything a spec file describes, run a command, and take it all " +
				"down when the command ends, is killed, or umlnet-nl itself is killed. Signals are passed on to the " +
				"command, and its exit status is that of umlnet-nl: 128 and the number of the signal that ended it, 127 " +
				"where there is no such command, 126 where it cannot be run. In the command {fd} stands for a descriptor " +
				"of the tap, {fd:NAME} for one of several taps; of a tap with several queues each is another queue. " +
				"The command runs as whoever runs umlnet-nl, in the network namespace of the tap.",
		)
		.usage("[options] <TAP> | -f <SPEC> -- <COMMAND...>")
		.argument("[tap]", "name of the tap's interface, up to 15 characters")
		.argument("[command...]", "behind --: what is run, with its arguments")
		.option("-f, --file <SPEC>", "spec file, YAML or JSON; - is standard input")
		.example(
			"umlnet-nl run tap0 --address 192.168.33.33/24 --nat eth1 -- ./linux eth0=tuntap,tap0",
			"a UML guest, whose network is there as long as it is",
		)
		.example(
			"umlnet-nl run tap0 --address 192.168.33.33/24 -- qemu-system-x86_64 -netdev tap,id=n,fd={fd} -device virtio-net-pci,netdev=n",
			"QEMU is given the tap itself, and needs no right to open it",
		);
	addTapOptions(verb);
	verb.action((_tap, _command, options: RunOptions) =>
		perform("changing", (session) => run(session, wordsOf(verb, argv), options, verb)),
	);
}

interface Words {
	readonly tap: string | undefined;
	readonly command: readonly string[];
}

/** The words before -- name the tap; those behind it are the command. @throws UsageError */
function wordsOf({ args }: Verb, argv: readonly string[]): Words {
	const dashes = argv.indexOf("--");
	const command = dashes < 0 ? [] : argv.slice(dashes + 1);
	const example = "umlnet-nl run tap0 --address 192.168.33.33/24 -- qemu-system-x86_64 ...";
	if (command.length === 0) throw new UsageError("which command? It goes behind --", example);
	const [tap, ...more] = args.slice(0, args.length - command.length);
	if (more.length > 0)
		throw new UsageError(`${more[0]}: one tap is enough; the command goes behind --`, example);
	return { tap, command };
}

async function run(
	session: Session,
	{ tap, command }: Words,
	{ file, ...flags }: RunOptions,
	verb: Verb,
): Promise<number> {
	const spec = await specOf(session, tap, file, flags, verb);
	return session.withHost(async (host) => {
		const runner = await session.prepareCommand();
		try {
			return await runWithin(session, host, spec, runner, command);
		} finally {
			runner.stop();
		}
	});
}

/** The keeper is started before anything is up, and stays until nothing is up any more. */
async function runWithin(
	session: Session,
	host: HostPort,
	spec: Spec,
	runner: CommandRunner,
	command: readonly string[],
): Promise<number> {
	const { processId } = await import("../../sys/process.js");
	const us = processId();
	const keeper = await session.startKeeper(session.settings.stateDir);
	let isUp = false;
	try {
		const up = await host.upFor(us, spec);
		isUp = true;
		session.warn(up.warnings);
		session.endProgress();
		const status = await start(host, runner, up.taps, command).catch((error: unknown) => ({
			error,
		}));
		const down = await host.downFor(us);
		isUp = false;
		const ending = session.ending(down);
		if (typeof status === "object") throw status.error;
		return status || ending;
	} finally {
		if (isUp) keeper.handOver();
		else await keeper.dismiss();
	}
}

/** @returns the exit status of the command, or that of a signal that came before the command was started */
async function start(
	host: HostPort,
	runner: CommandRunner,
	taps: Awaited<ReturnType<HostPort["upFor"]>>["taps"],
	command: readonly string[],
): Promise<number> {
	if (runner.interrupted !== undefined) return runner.interrupted;
	const { asksForDescriptors, withDescriptors } = await import("../descriptors.js");
	if (!asksForDescriptors(command)) return runner.run(command, []);
	const opened = withDescriptors(command, taps, (tap) => host.openTap(tap), closeSync);
	return runner.run(opened.command, opened.descriptors);
}
