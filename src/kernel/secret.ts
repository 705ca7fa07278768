/** Replaces a secret in output. */
const HIDDEN = "(secret)";

/**
 * The value of a setting below /proc/sys for output. `stable_secret` of IPv6 is the key from which addresses are made
 * that nobody can guess without it (RFC 7217). Only root can read it, while output goes to terminals, logs and bug
 * reports.
 */
export const shownSetting = (path: string, value: string): string =>
	path.endsWith("/stable_secret") || path === "stable_secret" ? HIDDEN : value;
