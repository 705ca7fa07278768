/** How kinds tell in what the host differs from what was made. */
import type { Difference } from "../engine/report.js";

/** An object that was made is not there, or is not what it was. The message says it in words. */
export const absent = (object: string, message = `${object} is missing`): Difference => ({
	object,
	field: "present",
	wanted: true,
	found: false,
	message,
});

/** An object is there that was not made. */
export const unwanted = (object: string, message: string): Difference => ({
	object,
	field: "present",
	wanted: false,
	found: true,
	message,
});

/** A link that was made is not there. */
export const linkGone = (name: string): Difference => absent(`link ${name}`, `${name} is gone`);

/** A link is not a port of the bridge that it was made one of; `found`: the name of the one it is a port of. */
export const noPort = (
	{ link, bridge }: { readonly link: string; readonly bridge: string },
	found: string | undefined,
): Difference => ({
	object: `link ${link}`,
	field: "bridge",
	wanted: bridge,
	found: found ?? null,
	message: `${link} is no port of ${bridge}`,
});

/** A value as a report can hold it: what is not set is null. */
export const reported = (value: unknown): Difference["wanted"] => {
	if (value === undefined || value === null) return null;
	if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
		return value;
	return value instanceof Uint8Array ? `0x${Buffer.from(value).toString("hex")}` : String(value);
};

/** The messages of several, in one line. */
export const inWords = (differences: readonly Difference[]): string =>
	differences.map(({ message }) => message).join("; ");
