const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function lines(value: unknown, indent: string): string[] {
	if (value instanceof Uint8Array) return [`${hex(value)}`];
	if (value instanceof Map) return lines(Object.fromEntries(value), indent);
	if (typeof value !== "object" || value === null) return [String(value)];
	return Object.entries(value).flatMap(([name, inner]) => {
		if (inner === undefined) return [];
		const [first = "", ...rest] = lines(inner, `${indent}  `);
		const nested = typeof inner === "object" && inner !== null && !(inner instanceof Uint8Array);
		return nested
			? [`${indent}${name}`, ...[first, ...rest].filter(Boolean)]
			: [`${indent}${name} ${first}`];
	});
}

/** A message by its name and its value: a request or a reply. */
interface Described {
	readonly message: { readonly name: string };
	readonly value: unknown;
}

/** A request in words, one attribute a line, with the names of its table: what `plan -v` prints. */
export function describe({ message, value }: Described): string {
	return [message.name, ...lines(value, "  ")].join("\n");
}
