/** Finds the differences that no report has named. */

/** Objects that the kernel makes for an address or a link. They are reported with it. */
const FOLLOWS = /^(forwarding entry|bridge port|netconf) /;

/** The lines of a difference whose subject is not named in what was reported. */
export function unnamed(lines: readonly string[], told: string): string[] {
	const left = lines.filter((line) => !FOLLOWS.test(line) && !isNamed(line, told));
	// A consequence is excused by its cause. Without one it is a difference like any other.
	const follows = lines.filter((line) => FOLLOWS.test(line));
	return left.length > 0 || left.length + follows.length === lines.length
		? [...left, ...follows]
		: left;
}

const isNamed = (line: string, told: string): boolean =>
	told !== "" && subjectsOf(line).every((subject) => told.includes(subject));

const SECTION =
	/^(\/proc\/sys\/net|link|address|route|rule|nexthop|(?:proxied )?neighbour|nft \w+)[: ]+(.*)$/;

/** The words of which one must be reported, so that a difference is known. */
function subjectsOf(line: string): string[] {
	const [, section, rest = ""] = SECTION.exec(line) ?? [];
	const [title = ""] = rest.split(/: | was /);
	switch (section) {
		case "address":
			return title.split(" ").slice(1, 2);
		case "route":
			return [routeOf(line, title)];
		case "neighbour":
		case "proxied neighbour":
			return title.split(" ").slice(1);
		case "nexthop":
			return [`nexthop ${title}`];
		case "rule":
			return ["rule"];
		case "link":
			return [title];
		case "/proc/sys/net":
			return title.split("/").slice(-2);
		default:
			return [title];
	}
}

/** The routes that the kernel makes are reported with their address. */
function routeOf(line: string, title: string): string {
	const source = /rtm_protocol=2 .*RTA_PREFSRC=(\S+?)[ )]/.exec(line)?.[1];
	// The title is family, table, destination, length. A default route has no destination.
	const [, , to = ""] = title.split(" ");
	return source ?? (/[.:]/.test(to) ? to : "default");
}
