import type { WhyQuery } from "../../service/diagnosis.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import { printableReport } from "../render/printable.js";
import type { Session } from "../session.js";
import { UsageError } from "../usage.js";
import type { Verb } from "../verb.js";

export function addWhy(program: Verb, perform: Perform): void {
	program
		.command("why")
		.summary("follow one packet of a guest through this host, and say what stops it")
		.description(
			"Follow one packet of a guest through this host, stage by stage, and its answer back: bridge, rules of all " +
				"tables, the kernel's own routes, NAT, neighbours. It says what stops it, which rule and whose, and the command " +
				"that mends it. Nothing is sent and nothing changed. With a port the packet is TCP, or what stands behind the " +
				"port; without, an echo request. Exit 6 means that it is stopped.",
		)
		.usage("[options] TAP [to|from] ADDRESS[:PORT[/PROTO]]")
		.argument("<tap>", "name of a tap")
		.argument(
			"<words...>",
			"to (default) or from, and the address at the other end: 192.0.2.7:443, [2001:db8::7]:53/udp",
		)
		.example("umlnet-nl why tap0 192.0.2.7:443", "can the guest reach that server?")
		.example(
			"umlnet-nl why tap0 from 10.33.33.1:22",
			"can that machine reach port 22 of the guest?",
		)
		.example("umlnet-nl why tap0 9.9.9.9 --json", "each stage and rule, for a program")
		.action((tap: string, words: readonly string[]) =>
			perform("looking", (session) => why(session, { tap, ...readWords(words) })),
		);
}

const PROTOCOLS = ["tcp", "udp", "icmp"] as const;
type Protocol = (typeof PROTOCOLS)[number];
const WANTED =
	"TAP [to|from] ADDRESS[:PORT[/PROTO]], as tap0 to 192.0.2.7:443 or tap0 [2001:db8::7]:53/udp";

/** Parse a query such as `to 192.0.2.7:443/tcp`. @throws UsageError */
function readWords(words: readonly string[]): Omit<WhyQuery, "tap"> {
	const [first = "", second] = words;
	const isDirected = (first === "to" || first === "from") && second !== undefined;
	const text = isDirected ? second : first;
	if (words.length > (isDirected ? 2 : 1)) throw new UsageError("why: too many words", WANTED);
	const direction = first === "from" && isDirected ? "from" : "to";
	const parts =
		/^(?:\[([^\]]+)\]|([^:[\]/]+)|([^[\]/]*:[^[\]/]*:[^[\]/]*))(?::(\d+))?(?:\/(\w+))?$/.exec(text);
	const address = parts?.[1] ?? parts?.[2] ?? parts?.[3];
	if (address === undefined) throw new UsageError(`why: ${text} is no address with a port`, WANTED);
	const port = parts?.[4] === undefined ? undefined : Number(parts[4]);
	const protocol = parts?.[5] as Protocol | undefined;
	if (port !== undefined && (port < 1 || port > 65_535))
		throw new UsageError(`why: ${port} is no port`, "a port is from 1 to 65535");
	if (protocol !== undefined && !PROTOCOLS.includes(protocol))
		throw new UsageError(
			`why: ${protocol} is no protocol that can be followed`,
			PROTOCOLS.join(", "),
		);
	if ((protocol === "tcp" || protocol === "udp") && port === undefined)
		throw new UsageError(`why: ${protocol} to which port?`, WANTED);
	return { direction, address, port, protocol };
}

async function why(session: Session, query: WhyQuery): Promise<number> {
	const report = await session.withHost((host) => host.why(query));
	const { renderWhy } = await import("../render/why.js");
	session.result(report, () =>
		renderWhy(printableReport(report), session.paint, session.settings.verbosity),
	);
	return report.arrives ? Exit.done : Exit.no;
}
