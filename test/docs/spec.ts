import { example } from "./example.js";
import { fileKeys, type Key, type Section, sections } from "./schema.js";

/** The reference of spec files in Markdown, made from the schema and its tables of fields. */
export function specReference(): string {
	return `${[
		"<!-- Made from proto/umlnet/v1/spec.proto and src/spec/fields.ts by `npm run reference`: do not edit. -->",
		"# Spec files",
		"A spec says which networks and taps a host shall have. `umlnet-nl up -f FILE` brings up all of it or nothing, " +
			"`plan -f FILE` shows what that would change, and `down -f FILE` takes down the taps that it names. It is " +
			"YAML 1.2 or JSON; `-f -` reads it from standard input. The library takes the same as a plain object.",
		`\`\`\`yaml\n${example("nat.yaml")}\n\`\`\``,
		"More of them are in [examples](../examples/README.md).",
		"A key that is not known is an error, and so is a value of the wrong type: everything that is wrong is listed at " +
			"once, with its line, before the kernel is asked for anything (exit status 2). In YAML 1.2 `yes` and `no` are " +
			"text; IPv6 and MAC addresses are safest in quotes, for a colon has a meaning of its own.",
		"An editor with a YAML language server completes keys, and marks what is wrong while you write, with the JSON Schema " +
			"that `umlnet-nl schema spec` prints:",
		"```yaml\n# yaml-language-server: $schema=umlnet-nl.schema.json\nversion: 1\n```",
		"It stands in the first line of the spec, and the file beside it is made by `umlnet-nl schema spec > umlnet-nl.schema.json`.",
		"## The file",
		table(
			["key", "meaning"],
			fileKeys().map(({ name, meaning }) => [`\`${name}\``, meaning]),
		),
		...sections().flatMap(sectionOf),
	].join("\n\n")}\n`;
}

function sectionOf({ message, place, comment, keys }: Section): readonly string[] {
	return [
		`## ${message}: \`${place}\``,
		comment,
		table(
			["key", "required", "flag of `up`"],
			keys.map(({ name, required, flag, planned }) => [
				`[\`${name}\`](#${anchor(place, name)})${planned ? " (not implemented yet)" : ""}`,
				required ? "yes" : "",
				flag === undefined ? "" : `\`${flag}\``,
			]),
		),
		...keys.flatMap((key) => keyOf(place, key)),
	];
}

function keyOf(place: string, key: Key): readonly string[] {
	const { name, value, meaning, absent, required, words, planned, example } = key;
	const lines = [
		`- Value: ${value}.`,
		...words.map((each) => `  - \`${each.word}\`: ${each.meaning}`),
		required ? "- It must be given." : `- Without it: ${absent}.`,
		...(planned ? ["- It is not implemented yet: a spec with it is refused."] : []),
	];
	return [`### \`${place}.${name}\``, meaning, lines.join("\n"), `\`\`\`yaml\n${example}\n\`\`\``];
}

/** The anchor that GitHub gives to a heading. */
const anchor = (place: string, name: string): string =>
	`${place}.${name}`.toLowerCase().replaceAll(".", "");

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]) =>
		`| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
	return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
