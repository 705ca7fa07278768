/** A refusal as the kernel would send it: an errno, and perhaps a sentence and the attribute that it is about. */
export class Refusal extends Error {
	readonly errno: string;
	readonly kernel: string | undefined;
	readonly attribute: string | undefined;
	constructor(errno: string, kernel?: string, attribute?: string) {
		super(kernel ?? errno);
		this.errno = errno;
		this.kernel = kernel;
		this.attribute = attribute;
	}
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

/**
 * A value as plain JSON, so that two of them can be compared: bytes in hexadecimal, big integers in decimal, no
 * undefined.
 */
export function plain(value: unknown): unknown {
	const known = typeof value === "object" && value !== null ? rules.get(value) : undefined;
	return known ?? plainly(value);
}

/** Rules never change, and there are many, most of them the same in every ruleset. */
const rules = new WeakMap<object, unknown>();

function plainly(value: unknown): unknown {
	if (value instanceof Uint8Array) return hex(value);
	if (typeof value === "bigint") return `${value}`;
	if (Array.isArray(value)) return value.map(plain);
	if (value instanceof Set) return [...value].map(plain);
	if (value instanceof Map) return [...value].map(([key, inner]) => [key, plain(inner)]);
	if (typeof value !== "object" || value === null) return value;
	const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
	const text = Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)]));
	if ("NFTA_RULE_EXPRESSIONS" in value) rules.set(value, text);
	return text;
}
