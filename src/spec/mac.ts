import type { Issues } from "./issues.js";
import { type Path, quote } from "./tree.js";

/** A MAC address in lower case, `02:00:00:00:00:01`; undefined after adding an issue. */
export function parseMac(text: string, path: Path, issues: Issues): string | undefined {
	const fault = macFault(text);
	if (fault === undefined) return text.toLowerCase();
	issues.add(
		path,
		`${quote(text)} is not a valid MAC address: ${fault}`,
		"such as 02:00:00:00:00:01",
	);
	return undefined;
}

function macFault(text: string): string | undefined {
	// The kernel would also accept 7 bytes and ignore the last one.
	if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(text))
		return "it must be six bytes of two hexadecimal digits";
	if (/^(?:00:){5}00$/.test(text)) return "it is all zero";
	return Number.parseInt(text.slice(0, 2), 16) & 1
		? "its first byte is odd, which makes it multicast"
		: undefined;
}
