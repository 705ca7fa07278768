import { readFileSync } from "node:fs";

/** What the ids of users and groups are called; undefined where nobody has named them. */
export interface AccountNames {
	user(id: number): string | undefined;
	group(id: number): string | undefined;
}

/** The names in /etc/passwd and /etc/group, each file read when the first id is asked for. */
export function accountNames(): AccountNames {
	let users: ReadonlyMap<number, string> | undefined;
	let groups: ReadonlyMap<number, string> | undefined;
	return {
		user(id) {
			users ??= byId(readAccounts("/etc/passwd"));
			return users.get(id);
		},
		group(id) {
			groups ??= byId(readAccounts("/etc/group"));
			return groups.get(id);
		},
	};
}

/** Of several names of one id the first, as for getpwuid(3). */
function byId(accounts: ReadonlyMap<string, number>): ReadonlyMap<number, string> {
	return new Map([...accounts].reverse().map(([name, id]) => [id, name]));
}

/** `name:password:id:...`, passwd(5) and group(5) alike; the first line of a name counts, as for getpwnam(3). */
export function readAccounts(file: string): ReadonlyMap<string, number> {
	const accounts = new Map<string, number>();
	let text = "";
	try {
		text = readFileSync(file, "utf8");
	} catch {
		// A container without the file has no names, only numbers.
	}
	for (const line of text.split("\n")) {
		const [name = "", , id = ""] = line.split(":");
		if (/^[0-9]+$/.test(id) && !accounts.has(name)) accounts.set(name, Number(id));
	}
	return accounts;
}
