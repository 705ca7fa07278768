/** Which differences were told of. */

/** The rest of what an address or a link makes by itself: the kernel's own, told of with that. */
const FOLLOWS = /^(forwarding entry|bridge port|netconf) /;

/** The lines of a difference whose subject nothing that was told names. */
export function unnamed(lines: readonly string[], told: string): string[] {
	const left = lines.filter((line) => !FOLLOWS.test(line) && !isNamed(line, told));
	// What follows of something is excused with it, and by itself it is a difference like any other.
	const follows = lines.filter((line) => FOLLOWS.test(line));
	return left.length > 0 || left.length + follows.length === lines.length
		? [...left, ...follows]
		: left;
}

const isNamed = (line: string, told: string): boolean =>
	told !== "" && subjectsOf(line).every((subject) => told.includes(subject));

const SECTION =
	/^(\/proc\/sys\/net|link|address|route|rule|nexthop|(?:proxied )?neighbour|nft \w+)[: ]+(.*)$/;

/** What must be told for a difference to be known of. */
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

/** The kernel's own routes are told of with the address they are of. */
function routeOf(line: string, title: string): string {
	const source = /rtm_protocol=2 .*RTA_PREFSRC=(\S+?)[ )]/.exec(line)?.[1];
	// Family, table, destination, length: a default route has no destination.
	const [, , to = ""] = title.split(" ");
	return source ?? (/[.:]/.test(to) ? to : "default");
}
