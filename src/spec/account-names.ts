import { readFileSync } from "node:fs";

/** The names of users and groups by id; undefined for an id without a name. */
export interface AccountNames {
	user(id: number): string | undefined;
	group(id: number): string | undefined;
}

/** The names in /etc/passwd and /etc/group. Each file is read when the first id is looked up. */
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

/** If an id has several names, the first counts, as for getpwuid(3). */
function byId(accounts: ReadonlyMap<string, number>): ReadonlyMap<number, string> {
	return new Map([...accounts].reverse().map(([name, id]) => [id, name]));
}

/** `name:password:id:...`, as in passwd(5) and group(5). The first line of a name counts, as for getpwnam(3). */
export function readAccounts(file: string): ReadonlyMap<string, number> {
	const accounts = new Map<string, number>();
	let text = "";
	try {
		text = readFileSync(file, "utf8");
	} catch {
		// A container without the file has only numbers.
	}
	for (const line of text.split("\n")) {
		const [name = "", , id = ""] = line.split(":");
		if (/^[0-9]+$/.test(id) && !accounts.has(name)) accounts.set(name, Number(id));
	}
	return accounts;
}
