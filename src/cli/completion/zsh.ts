import type { Grammar, OptionGrammar, Values, VerbGrammar } from "./grammar.js";

/**
 * A completion script for zsh. It can be a file named _umlnet-nl in a directory of fpath, or be passed to eval after
 * compinit.
 */
export function zsh({ program, options, verbs }: Grammar): string {
	const own = `_${program}`;
	const summaries = verbs.map(({ name, summary }) => `\t\t${quote(`${name}:${literal(summary)}`)}`);
	return `#compdef ${program}
${own}_interfaces() { compadd -- /sys/class/net/*(N:t) }
${own}_namespaces() { compadd -- /run/netns/*(N:t) }
${own}_taps() { compadd -- \${(f)"$(${program} status -q 2>/dev/null)"} }
${own}() {
	local curcontext=$curcontext state line ret=1
	typeset -A opt_args
	local -a globals verbs
	globals=(
${options.map((option) => `\t\t${specOf(option, own)}`).join("\n")}
	)
	verbs=(
${summaries.join("\n")}
	)
	_arguments -C $globals '1:command:->verb' '*::argument:->rest' && ret=0
	case $state in
		verb) _describe command verbs && ret=0 ;;
		rest)
			case $words[1] in
${verbs.map((verb) => verbCase(verb, own)).join("\n")}
			esac ;;
	esac
	return ret
}
if [[ $funcstack[1] == ${own} ]]; then ${own} "$@"; else compdef ${own} ${program}; fi
`;
}

function verbCase({ name, options, argument }: VerbGrammar, own: string): string {
	const specs = options.map((option) => `\t\t\t\t\t${specOf(option, own)}`);
	if (argument !== undefined) {
		const place = argument.variadic ? "*" : "1";
		specs.push(`\t\t\t\t\t${quote(`${place}:${argument.name}:${actionOf(argument.values, own)}`)}`);
	}
	const lines = [`_arguments $globals`, ...specs].join(" \\\n");
	return `\t\t\t\t${name})\n\t\t\t\t\t${lines} && ret=0 ;;`;
}

/** One entry for _arguments: `'(-n --netns)'{-n,--netns}'[what it does]:NAME:action'` */
function specOf({ names, description, value, repeatable }: OptionGrammar, own: string): string {
	const argument =
		value === undefined ? "" : `:${literal(value.name)}:${actionOf(value.values, own)}`;
	const text = quote(`[${literal(description)}]${argument}`);
	const exclusive = repeatable ? "'*'" : quote(`(${names.join(" ")})`);
	return `${exclusive}${names.length > 1 ? `{${names.join(",")}}` : names.join("")}${text}`;
}

function actionOf(values: Values, own: string): string {
	switch (values.from) {
		case "nowhere":
			return " ";
		case "words":
			return `(${values.words.join(" ")})`;
		case "users":
			return "_users";
		case "groups":
			return "_groups";
		case "files":
			return "_files";
		case "directories":
			return "_files -/";
		default:
			return `${own}_${values.from}`;
	}
}

/** Escape brackets and colons, which have a meaning in the arguments of _arguments and _describe. */
const literal = (text: string): string => text.replace(/[[\]:\\]/g, "\\$&");

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
