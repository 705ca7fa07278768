import { formatAddress } from "../inet/address.js";
import { IGNORED, RUNNING } from "./ignored.js";

const FOR_EVER = 0xffffffff;

/**
 * A decoded message as a flat list of facts: `IFLA_LINKINFO.IFLA_INFO_KIND` → `bridge`. Ignored attributes are left
 * out.
 */
export function factsOf(value: unknown): Map<string, string> {
	const facts = new Map<string, string>();
	collect(value, [], facts);
	return facts;
}

function collect(value: unknown, path: readonly string[], into: Map<string, string>): void {
	const member = path.slice(-2).join(".");
	if (value === undefined || IGNORED.has(member) || IGNORED.has(path.at(-1) ?? "")) return;
	if (RUNNING.has(member) && value !== 0 && value !== FOR_EVER)
		into.set(path.join("."), "running down");
	else if (value instanceof Uint8Array) into.set(path.join("."), bytesText(path.at(-1), value));
	else if (typeof value !== "object" || value === null) into.set(path.join("."), String(value));
	else {
		const entries = value instanceof Map ? [...value] : Object.entries(value);
		// An empty nest differs from a missing one.
		if (entries.length === 0) into.set(path.join("."), "empty");
		for (const [name, inner] of entries) collect(inner, [...path, String(name)], into);
	}
}

/** Addresses in their usual notation, all other bytes in hexadecimal. */
function bytesText(name: string | undefined, bytes: Uint8Array): string {
	const isAddress = /^(IFA|RTA|NDA|NHA|FRA|CTA)_/.test(name ?? "");
	if (isAddress && (bytes.length === 4 || bytes.length === 16)) return formatAddress(bytes);
	return Buffer.from(bytes).toString("hex");
}

/** All facts on one line. */
export const textOf = (facts: ReadonlyMap<string, string>): string =>
	[...facts].map(([name, value]) => `${name}=${value}`).join(" ");

/** The facts that identify an object. */
export const titleOf = (names: readonly string[], facts: ReadonlyMap<string, string>): string =>
	names.flatMap((name) => facts.get(name) ?? []).join(" ");
