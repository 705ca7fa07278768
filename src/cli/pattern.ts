/** Whether a word is a pattern as in a shell. No name of a tap contains `*`, `?` or `[…]`. */
export const isPattern = (word: string): boolean => /[*?[]/.test(word);

/** Returns a test for names that match a pattern of glob(7). A bracket that is not closed stands for itself. */
export function matcher(pattern: string): (name: string) => boolean {
	const source = pattern.replace(
		/\[([!^]?)(\]?[^\]]*)\]|\*+|[\s\S]/g,
		(part, not: string | undefined, set: string | undefined) => {
			if (set) return `[${not ? "^" : ""}${set.replace(/[\\[\]^]/g, "\\$&")}]`;
			if (part.startsWith("*")) return ".*";
			return part === "?" ? "." : part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
		},
	);
	try {
		const expression = new RegExp(`^${source}$`, "s");
		return (name) => expression.test(name);
	} catch {
		// A reversed range such as [z-a] matches nothing.
		return () => false;
	}
}
