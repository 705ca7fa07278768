import { readAccounts } from "./account-names.js";
import type { Issues } from "./issues.js";
import { type Path, quote } from "./tree.js";

/** Looks up the names of users and groups. */
export interface Accounts {
	/** The id of the user with this name; undefined if there is none. */
	user(name: string): number | undefined;
	/** The id of the group with this name; undefined if there is none. */
	group(name: string): number | undefined;
}

/** /etc/passwd and /etc/group, read when the first name is looked up. */
export function systemAccounts(): Accounts {
	let users: ReadonlyMap<string, number> | undefined;
	let groups: ReadonlyMap<string, number> | undefined;
	return {
		user(name) {
			users ??= readAccounts("/etc/passwd");
			return users.get(name);
		},
		group(name) {
			groups ??= readAccounts("/etc/group");
			return groups.get(name);
		},
	};
}

/** The user who ran the command, also through sudo(8). Taps that name no owner belong to this user. */
export function invokingUser(
	sudoUid = process.env.SUDO_UID,
	uid = process.getuid?.() ?? 0,
): number {
	return sudoUid !== undefined && isAccountId(Number(sudoUid)) && /^[0-9]+$/.test(sudoUid)
		? Number(sudoUid)
		: uid;
}

/** The kernel stores -1 for "no owner", and without owner and group anybody may open a tap. */
function isAccountId(id: number): boolean {
	return id < 0xffff_ffff;
}

/**
 * The id of an owner or a group, given as number or name. A name that consists of digits is looked up as a name first,
 * as chown(1) does.
 */
export function accountId(
	account: number | string | undefined,
	kind: keyof Accounts,
	accounts: Accounts,
	path: Path,
	issues: Issues,
): number | undefined {
	if (account === undefined) return undefined;
	const named = typeof account === "string" ? accounts[kind](account) : undefined;
	const id = named ?? (/^-?[0-9]+$/.test(`${account}`) ? Number(account) : undefined);
	if (id === undefined)
		issues.add(
			path,
			`is ${quote(`${account}`)}, which is not a ${kind} of this machine`,
			"give the number",
		);
	else if (id < 0 || !isAccountId(id))
		issues.add(path, `is ${id}, must be 0 to 4294967294: -1 would open the tap to everybody`);
	return id;
}
