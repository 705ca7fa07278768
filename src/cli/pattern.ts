/** Whether it stands for many names, as a shell has it: `*`, `?` and `[…]` are in no name of an interface of ours. */
export const isPattern = (word: string): boolean => /[*?[]/.test(word);

/** Names that a pattern of glob(7) stands for. A bracket that nothing closes stands for itself. */
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
		// A range that runs backwards, as in [z-a], holds nothing.
		return () => false;
	}
}
