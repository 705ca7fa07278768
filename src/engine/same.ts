type Plain = Readonly<Record<string, unknown>>;

/** Whether two plain JSON values are equal. What is undefined is not there, as in JSON. */
export function same(a: unknown, b: unknown): boolean {
	if (a === b) return true;
	if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
	if (Array.isArray(a) !== Array.isArray(b)) return false;
	for (const key in a) if (!same((a as Plain)[key], (b as Plain)[key])) return false;
	for (const key in b)
		if ((a as Plain)[key] === undefined && (b as Plain)[key] !== undefined) return false;
	return true;
}

/** Whether all of a plain JSON object is so in another. */
export function isPart(part: unknown, whole: unknown): boolean {
	for (const key in part as Plain)
		if (!same((part as Plain)[key], (whole as Plain)[key])) return false;
	return true;
}
