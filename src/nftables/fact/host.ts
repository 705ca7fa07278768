import { readFileSync } from "node:fs";
import { type Interfaces, localInterfaces } from "./interfaces.js";

/** Names that a ruleset may contain and only the host can resolve. Tests pass their own. */
export interface Host extends Interfaces {
	/** The number of a name in a file: `protocols`, `rt_marks`, `group`, `rt_realms`, `connlabel`. */
	number(database: Database, name: string): number | undefined;
	/** The name of a number in such a file. */
	name(database: Database, number: number): string | undefined;
	/** The port of a service in /etc/services. */
	service(name: string): number | undefined;
	/** The id of a user. */
	uid(name: string): number | undefined;
	/** The id of a group. */
	gid(name: string): number | undefined;
	/** Seconds east of UTC at some time: hours and dates in a ruleset are local time. */
	utcOffset(at: Date): number;
}
/** A file with names and numbers. */
export type Database = "protocols" | "rt_marks" | "group" | "rt_realms" | "connlabel";

const PATHS: Readonly<Record<Database | "services" | "users" | "groups", readonly string[]>> = {
	protocols: ["/etc/protocols"],
	rt_marks: ["/etc/iproute2/rt_marks", "/usr/share/iproute2/rt_marks"],
	group: ["/etc/iproute2/group", "/usr/share/iproute2/group"],
	rt_realms: ["/etc/iproute2/rt_realms", "/usr/share/iproute2/rt_realms"],
	connlabel: ["/etc/connlabel.conf", "/etc/xtables/connlabel.conf"],
	services: ["/etc/services"],
	users: ["/etc/passwd"],
	groups: ["/etc/group"],
};

function lines(file: keyof typeof PATHS): string[] {
	for (const path of PATHS[file])
		try {
			return readFileSync(path, "utf8").split("\n");
		} catch {
			// Without the file the next path is tried; without any of them there are no names, and numbers still work.
		}
	return [];
}

/** `name` → number, from a file in whose lines the number is in column `numberAt` and all others are names. */
function table(file: keyof typeof PATHS, numberAt: 0 | 1): Map<string, number> {
	const names = new Map<string, number>();
	for (const line of lines(file)) {
		const words = (line.split("#")[0] ?? "").trim().split(/\s+/);
		const number = Number.parseInt(
			words[numberAt] ?? "",
			words[numberAt]?.startsWith("0x") ? 16 : 10,
		);
		if (Number.isNaN(number)) continue;
		for (const [i, word] of words.entries())
			if (i !== numberAt && !names.has(word)) names.set(word, number);
	}
	return names;
}

/** `name` → id of passwd(5) or group(5). */
function accounts(file: "users" | "groups"): Map<string, number> {
	const split = lines(file).map((line) => line.split(":"));
	return new Map(split.map(([name = "", , id]) => [name, Number(id)]));
}

const once = <T extends object>(make: () => T): (() => T) => {
	let made: T | undefined;
	return () => {
		made ??= make();
		return made;
	};
};

/**
 * This machine. Files are read when they are first needed; interfaces are those that the calling thread sees at that
 * moment.
 */
export function localHost(): Host {
	const databases: Record<Database, () => Map<string, number>> = {
		protocols: once(() => table("protocols", 1)),
		rt_marks: once(() => table("rt_marks", 0)),
		group: once(() => table("group", 0)),
		rt_realms: once(() => table("rt_realms", 0)),
		connlabel: once(() => table("connlabel", 0)),
	};
	const services = once(() => table("services", 1));
	const users = once(() => accounts("users"));
	const groups = once(() => accounts("groups"));
	const find = (names: ReadonlyMap<string, number>, number: number): string | undefined => {
		for (const [name, value] of names) if (value === number) return name;
		return undefined;
	};
	return {
		number: (database, name) => databases[database]().get(name),
		name: (database, number) => find(databases[database](), number),
		service: (name) => services().get(name),
		uid: (name) => users().get(name),
		gid: (name) => groups().get(name),
		...localInterfaces,
		utcOffset: (at) => -at.getTimezoneOffset() * 60,
	};
}
