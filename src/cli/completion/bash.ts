import type { Grammar, OptionGrammar, Values, VerbGrammar } from "./grammar.js";

/** A completion script for bash 4 and later; it needs no bash-completion package. */
export function bash(grammar: Grammar): string {
	const { program, options, verbs } = grammar;
	const own = `_${program.replaceAll("-", "_")}`;
	const all = [...options, ...verbs.flatMap((verb) => verb.options)];
	const valued = all.filter(({ value }) => value !== undefined);
	return `# bash completion for ${program}: eval "$(${program} completion bash)"
${own}() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verb= netns=() i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case \${COMP_WORDS[i]} in
			-n|--netns) netns=(-n "\${COMP_WORDS[++i]}") ;;
			${alternatives(namesOf(valued).filter((name) => !["-n", "--netns"].includes(name)))}) ((i++)) ;;
			-*) ;;
			*) [[ $verb ]] || verb=\${COMP_WORDS[i]} ;;
		esac
	done
	COMPREPLY=()
	case $prev in
${valueCases(valued).join("\n")}
	esac
	case $verb in
		"") if [[ $cur == -* ]]; then ${words(namesOf(options))}
			else ${words(verbs.map(({ name }) => name))}; fi ;;
${verbs.map((verb) => verbCase(verb, options)).join("\n")}
	esac
}
complete -F ${own} ${program}
`;
}

const namesOf = (options: readonly OptionGrammar[]): readonly string[] => [
	...new Set(options.flatMap(({ names }) => names)),
];

const alternatives = (names: readonly string[]): string => names.join("|");

/** The cases for options with a value. Options with the same values share a case. */
function valueCases(options: readonly OptionGrammar[]): readonly string[] {
	const namesByReply = new Map<string, Set<string>>();
	for (const { names, value } of options) {
		if (value === undefined) continue;
		const answer = reply(value.values);
		const known = namesByReply.get(answer) ?? new Set();
		namesByReply.set(answer, new Set([...known, ...names]));
	}
	return [...namesByReply].map(
		([answer, names]) => `\t\t${alternatives([...names])}) ${answer}; return ;;`,
	);
}

function verbCase(
	{ name, options, argument }: VerbGrammar,
	globals: readonly OptionGrammar[],
): string {
	const flags = words([...namesOf(options), ...namesOf(globals)]);
	const values = argument === undefined ? ":" : reply(argument.values);
	return `\t\t${name}) if [[ $cur == -* ]]; then ${flags}; else ${values}; fi ;;`;
}

const generate = (how: string): string => `mapfile -t COMPREPLY < <(compgen ${how} -- "$cur")`;

const words = (list: readonly string[]): string => generate(`-W '${list.join(" ")}'`);

function reply(values: Values): string {
	switch (values.from) {
		case "nowhere":
			return ":";
		case "words":
			return words(values.words);
		case "users":
			return generate("-u");
		case "groups":
			return generate("-g");
		case "files":
			return `compopt -o filenames; ${generate("-f")}`;
		case "directories":
			return `compopt -o filenames; ${generate("-d")}`;
		case "interfaces":
			return generate(`-W "$(command ls /sys/class/net 2>/dev/null)"`);
		case "namespaces":
			return generate(`-W "$(command ls /run/netns 2>/dev/null)"`);
		case "taps":
			return generate(`-W "$(umlnet-nl "\${netns[@]}" status -q 2>/dev/null)"`);
	}
}
