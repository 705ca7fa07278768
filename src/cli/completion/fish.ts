import type { Grammar, OptionGrammar, Values, VerbGrammar } from "./grammar.js";

/** A completion script for fish. */
export function fish({ program, options, verbs }: Grammar): string {
	const complete = `complete -c ${program}`;
	// fish's own __fish_use_subcommand would take the value of a global option for the verb.
	const noVerb = `'not __fish_seen_subcommand_from ${verbs.map(({ name }) => name).join(" ")}'`;
	const lines = [
		`# fish completion for ${program}`,
		`${complete} -f`,
		...options.map((option) => `${complete}${optionOf(option)}`),
		...verbs.flatMap((verb) => [
			`${complete} -n ${noVerb} -a ${verb.name} -d ${quote(verb.summary)}`,
			...verbLines(verb).map((line) => `${complete}${line}`),
		]),
	];
	return `${lines.join("\n")}\n`;
}

function verbLines({ name, options, argument }: VerbGrammar): readonly string[] {
	const seen = ` -n '__fish_seen_subcommand_from ${name}'`;
	const words = argument === undefined ? "" : wordsOf(argument.values);
	return [
		...options.map((option) => `${seen}${optionOf(option)}`),
		...(words === "" ? [] : [`${seen} -a ${words}`]),
	];
}

function optionOf({ names, description, value }: OptionGrammar): string {
	const flags = names.map((name) =>
		name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`,
	);
	return `${flags.join("")}${value === undefined ? "" : valuesFlag(value.values)} -d ${quote(description)}`;
}

function valuesFlag(values: Values): string {
	if (values.from === "files") return " -r -F";
	const words = wordsOf(values);
	return words === "" ? " -x" : ` -x -a ${words}`;
}

function wordsOf(values: Values): string {
	switch (values.from) {
		case "nowhere":
		case "files":
			return "";
		case "words":
			return quote(values.words.join(" "));
		case "users":
			return "'(__fish_complete_users)'";
		case "groups":
			return "'(__fish_complete_groups)'";
		case "directories":
			return "'(__fish_complete_directories)'";
		case "interfaces":
			return "'(path basename /sys/class/net/*)'";
		case "namespaces":
			return "'(path basename /run/netns/*)'";
		case "taps":
			return "'(umlnet-nl status -q 2>/dev/null)'";
	}
}

const quote = (text: string): string => `'${text.replace(/['\\]/g, "\\$&")}'`;
