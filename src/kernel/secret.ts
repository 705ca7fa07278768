/** What stands where a secret is not shown. */
const HIDDEN = "(secret)";

/**
 * The value of a setting below /proc/sys as it may be shown. `stable_secret` of IPv6 is the key that addresses are made
 * from, which nobody can guess without it (RFC 7217): the kernel lets root alone read it, and output goes to terminals,
 * logs and bug reports.
 */
export const shownSetting = (path: string, value: string): string =>
	path.endsWith("/stable_secret") || path === "stable_secret" ? HIDDEN : value;
