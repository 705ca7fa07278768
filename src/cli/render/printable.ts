// Names, kernel messages and contents of files are controlled by others. Control characters in them could manipulate
// the terminal, and invisible characters that change the writing direction could deceive the reader, so neither is
// printed.
const DANGEROUS =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
	/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function named(character: string): string {
	if (character === "\n") return "\\n";
	if (character === "\t") return "\\t";
	if (character === "\r") return "\\r";
	const code = character.charCodeAt(0).toString(16);
	return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
}

/** One line of text with such characters escaped. */
export const printable = (text: string): string => text.replace(DANGEROUS, named);

/** A text of several lines with such characters escaped. */
export const printableLines = (text: string): readonly string[] =>
	text.split("\n").map((line) => printable(line.replaceAll("\t", "  ")));

/**
 * A report with every string in it made printable, so that no renderer can forget one. Only the decoded messages of a
 * step keep their line breaks.
 */
export function printableReport<T>(report: T, key?: string): T {
	if (typeof report === "string")
		return (key === "messages" ? printableLines(report).join("\n") : printable(report)) as T;
	if (Array.isArray(report)) return report.map((item) => printableReport(item, key)) as T;
	if (typeof report !== "object" || report === null) return report;
	return Object.fromEntries(
		Object.entries(report).map(([name, value]) => [name, printableReport(value, name)]),
	) as T;
}

/** JSON that is safe to print. JSON.stringify escapes the characters below U+0020; the others are escaped here. */
export function printableJson(value: unknown, indent: number): string {
	const text = JSON.stringify(value, undefined, indent);
	return text
		.split("\n")
		.map((line) =>
			line.replace(DANGEROUS, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
		)
		.join("\n");
}
