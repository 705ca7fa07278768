import { readAccounts } from "./account-names.js";
import type { Issues } from "./issues.js";
import { type Path, quote } from "./tree.js";

/** Who the names of users and groups are. */
export interface Accounts {
	/** The id of the user of this name; undefined where there is none. */
	user(name: string): number | undefined;
	/** The id of the group of this name; undefined where there is none. */
	group(name: string): number | undefined;
}

/** /etc/passwd and /etc/group, read when the first name is asked for. */
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

/** The user who called, also through sudo(8): the owner of taps that name none. */
export function invokingUser(
	sudoUid = process.env.SUDO_UID,
	uid = process.getuid?.() ?? 0,
): number {
	return sudoUid !== undefined && isAccountId(Number(sudoUid)) && /^[0-9]+$/.test(sudoUid)
		? Number(sudoUid)
		: uid;
}

/** -1 is what the kernel stores for "no owner", and without owner and group anybody may open a tap. */
function isAccountId(id: number): boolean {
	return id < 0xffff_ffff;
}

/** The id of an owner or a group given as number or name; a name that is a number is a name first, as for chown(1). */
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
		issues.add(path, `is ${quote(`${account}`)}, no ${kind} of this machine`, "give the number");
	else if (id < 0 || !isAccountId(id))
		issues.add(path, `is ${id}, must be 0 to 4294967294: -1 would open the tap to everybody`);
	return id;
}
