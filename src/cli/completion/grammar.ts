import type { Argument, Option } from "commander";
import type { Verb } from "../verb.js";

/** The words that can be completed in one position. */
export type Values =
	| { readonly from: "nowhere" }
	| { readonly from: "words"; readonly words: readonly string[] }
	| {
			readonly from:
				| "users"
				| "groups"
				| "interfaces"
				| "namespaces"
				| "files"
				| "directories"
				| "taps";
	  };

export interface OptionGrammar {
	/** The names as they are typed, the short one first: `-n`, `--netns`. */
	readonly names: readonly string[];
	readonly description: string;
	/** The name and the possible values of its argument; absent for a switch. */
	readonly value: { readonly name: string; readonly values: Values } | undefined;
	readonly repeatable: boolean;
}

export interface VerbGrammar {
	readonly name: string;
	readonly summary: string;
	readonly options: readonly OptionGrammar[];
	readonly argument:
		| { readonly name: string; readonly variadic: boolean; readonly values: Values }
		| undefined;
}

export interface Grammar {
	readonly program: string;
	readonly options: readonly OptionGrammar[];
	readonly verbs: readonly VerbGrammar[];
}

/** What a shell must know about the command line, taken from the commander tree that also parses it. */
export function grammarOf(program: Verb): Grammar {
	const { verbs } = program;
	return {
		program: program.name(),
		options: optionsOf(program),
		verbs: verbs.map((verb) => ({
			name: verb.name(),
			summary: verb.summary(),
			options: [verb, ...verb.verbs]
				.flatMap(optionsOf)
				.filter(({ names }) => !names.includes("--help")),
			argument: verb.verbs.length > 0 ? oneOf(verb.verbs) : argumentOf(verb.registeredArguments[0]),
		})),
	};
}

function optionsOf(verb: Verb): readonly OptionGrammar[] {
	const visible = verb.createHelp().visibleOptions(verb);
	return visible
		.filter(({ description }) => !description.includes("(not implemented yet)"))
		.map(optionOf);
}

function optionOf(option: Option): OptionGrammar {
	const name = /[<[](.+)[>\]]$/.exec(option.flags)?.[1];
	return {
		names: [option.short, option.long].filter((flag) => flag !== undefined),
		description: option.description,
		value:
			name === undefined
				? undefined
				: { name, values: option.argChoices ? words(option.argChoices) : byName(name) },
		repeatable: /repeatable/.test(option.description) || option.long === "--verbose",
	};
}

/** The subcommands of a verb, as the choices of its first argument. */
const oneOf = (verbs: readonly Verb[]): VerbGrammar["argument"] => ({
	name: "command",
	variadic: false,
	values: words(verbs.map((verb) => verb.name())),
});

function argumentOf(argument: Argument | undefined): VerbGrammar["argument"] {
	if (argument === undefined) return undefined;
	const name = argument.name();
	// A verb with one tap creates a tap with a new name; a verb with a list of taps works on existing ones.
	const taps = name === "tap" && argument.variadic;
	const values: Values = argument.argChoices ? words(argument.argChoices) : { from: "nowhere" };
	return { name, variadic: argument.variadic, values: taps ? { from: "taps" } : values };
}

const words = (list: readonly string[]): Values => ({ from: "words", words: list });

function byName(name: string): Values {
	switch (name) {
		case "USER":
			return { from: "users" };
		case "GROUP":
			return { from: "groups" };
		case "NAME":
		case "IFNAME":
		case "UPLINK":
			return { from: "interfaces" };
		case "NAME|PATH":
			return { from: "namespaces" };
		case "SPEC":
		case "FILE":
			return { from: "files" };
		case "DIR":
			return { from: "directories" };
		default:
			return { from: "nowhere" };
	}
}
