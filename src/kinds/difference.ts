/** How kinds report the differences between the host and what was made. */
import type { Difference } from "../engine/report.js";

/** An object that was made is missing, or is not the same any more. The message says it in words. */
export const absent = (object: string, message = `${object} is missing`): Difference => ({
	object,
	field: "present",
	wanted: true,
	found: false,
	message,
});

/** An object exists that was not made. */
export const unwanted = (object: string, message: string): Difference => ({
	object,
	field: "present",
	wanted: false,
	found: true,
	message,
});

/** A link that was made does not exist. */
export const linkGone = (name: string): Difference => absent(`link ${name}`, `${name} is gone`);

/** A link is not a port of its bridge any more. `found` is the name of the bridge that it is a port of. */
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

/** A value for a report, in which null stands for what is not set. */
export const reported = (value: unknown): Difference["wanted"] => {
	if (value === undefined || value === null) return null;
	if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
		return value;
	return value instanceof Uint8Array ? `0x${Buffer.from(value).toString("hex")}` : String(value);
};

/** The messages of several differences, on one line. */
export const inWords = (differences: readonly Difference[]): string =>
	differences.map(({ message }) => message).join("; ");
