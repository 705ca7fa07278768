type Plain = Readonly<Record<string, unknown>>;

/** Whether two plain JSON values are equal. A member that is undefined counts as missing, as in JSON. */
export function same(a: unknown, b: unknown): boolean {
	if (a === b) return true;
	if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
	if (Array.isArray(a) !== Array.isArray(b)) return false;
	for (const key in a) if (!same((a as Plain)[key], (b as Plain)[key])) return false;
	for (const key in b)
		if ((a as Plain)[key] === undefined && (b as Plain)[key] !== undefined) return false;
	return true;
}

/** Whether every member of a plain JSON object is equal in another. */
export function isPart(part: unknown, whole: unknown): boolean {
	for (const key in part as Plain)
		if (!same((part as Plain)[key], (whole as Plain)[key])) return false;
	return true;
}
