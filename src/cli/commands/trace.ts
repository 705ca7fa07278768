import { InvalidArgumentError } from "commander";
import type { TraceEvent, TraceFilter } from "../../trace/trace.js";
import { API_VERSION } from "../api-version.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import { printableReport } from "../render/printable.js";
import type { Session } from "../session.js";
import { UsageError } from "../usage.js";
import type { Verb } from "../verb.js";

interface TraceOptions {
	readonly count?: number;
	readonly for?: number;
}

export function addTrace(program: Verb, perform: Perform): void {
	program
		.command("trace")
		.summary("show what the kernel really does to the packets of a guest, rule by rule")
		.description(
			"Show what the kernel really does to the packets of a guest, live: each packet a block, each rule that held for " +
				"it a line, as nft writes it. What comes out of the tap is shown, and what goes into it. The table that marks " +
				"the packets is gone when the command ends, however it ends. With --json: a line for each step.",
		)
		.usage("[options] TAP [FILTER...]")
		.argument("<tap>", "name of a tap")
		.argument(
			"[filter...]",
			"tcp, udp or icmp; host ADDRESS; port NUMBER: the kernel passes over what is not so",
		)
		.option("--count <N>", "end after so many packets", positive)
		.option("--for <SECONDS>", "end after so many seconds", positive)
		.example("sudo umlnet-nl trace tap0", "everything that the guest of tap0 sends and gets")
		.example(
			"sudo umlnet-nl trace tap0 tcp port 443 --count 10",
			"ten packets of its connections to port 443",
		)
		.action((tap: string, words: readonly string[], options: TraceOptions) =>
			perform("looking", (session) => trace(session, tap, readFilter(words), options)),
		);
}

function positive(text: string): number {
	const number = Number(text);
	if (Number.isFinite(number) && number > 0) return number;
	throw new InvalidArgumentError("a number above 0");
}

const WANTED = "tcp, udp, icmp, host ADDRESS, port NUMBER";

/** Parse a filter such as `tcp host 192.0.2.7 port 443`. @throws UsageError */
function readFilter(words: readonly string[]): TraceFilter {
	const filter: { -readonly [K in keyof TraceFilter]: TraceFilter[K] } = {};
	const rest = [...words];
	for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
		if (word === "tcp" || word === "udp" || word === "icmp") filter.protocol = word;
		else if (word === "host") filter.address = rest.shift();
		else if (word === "port") filter.port = Number(rest.shift());
		else throw new UsageError(`trace: ${word} is no filter`, WANTED);
	}
	const { port } = filter;
	if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
		throw new UsageError("trace: port takes a number from 1 to 65535", WANTED);
	if (words.includes("host") && filter.address === undefined)
		throw new UsageError("trace: host takes an address", WANTED);
	if (port !== undefined && filter.protocol === "icmp")
		throw new UsageError("trace: ICMP has no ports", WANTED);
	return filter;
}

/**
 * A packet is shown when nothing more was reported about it for this many milliseconds: the kernel reports all steps at
 * a hook at once.
 */
const QUIET = 60;

async function trace(
	session: Session,
	tap: string,
	filter: TraceFilter,
	{ count = Number.POSITIVE_INFINITY, for: seconds }: TraceOptions,
): Promise<number> {
	const traced = await import("../../trace/trace.js");
	const { renderPacket } = await import("../render/trace.js");
	const { json, netns } = session.settings;
	const interruption = session.io.listenForInterruption();
	const signals = [
		interruption.signal,
		session.io.outputClosed,
		...(seconds === undefined ? [] : [AbortSignal.timeout(1000 * seconds)]),
	];
	const enough = new AbortController();
	const signal = AbortSignal.any([...signals, enough.signal]);
	const packets = new Map<number, TraceEvent[]>();
	const quiet = new Map<number, NodeJS.Timeout>();
	let shown = 0;
	const show = (packet: number): void => {
		const events = packets.get(packet);
		clearTimeout(quiet.get(packet));
		quiet.delete(packet);
		packets.delete(packet);
		if (events === undefined || shown >= count) return;
		session.data(renderPacket(printableReport(events), session.paint));
		if (++shown >= count) enough.abort();
	};
	const told = new Set<number>();
	try {
		for await (const event of traced.trace(tap, { netns, filter, signal })) {
			if ("overrun" in event) {
				if (json) session.line({ apiVersion: API_VERSION, ...event });
				session.say("the kernel had to drop events: some are missing");
				continue;
			}
			const { packet } = event;
			if (json) {
				told.add(packet);
				if (told.size > count) break;
				session.line({ apiVersion: API_VERSION, ...event });
				continue;
			}
			const events = packets.get(packet) ?? [];
			events.push(event);
			packets.set(packet, events);
			clearTimeout(quiet.get(packet));
			quiet.set(
				packet,
				setTimeout(() => show(packet), QUIET),
			);
		}
		for (const packet of [...packets.keys()]) show(packet);
		return Exit.done;
	} finally {
		for (const timer of quiet.values()) clearTimeout(timer);
		interruption.stop();
	}
}
