import type { Option } from "commander";
import { exitMeanings } from "../../src/cli/exit.js";
import type { Verb } from "../../src/cli/verb.js";

type Facts = readonly (readonly [name: string, meaning: string])[];

export const ENVIRONMENT: Facts = [
	["UMLNET_STATE_DIR", "where to remember what is ours, if `--state-dir` does not say"],
	["SUDO_UID", "the owner of taps that name neither owner nor group; set by sudo(8)"],
	["NO_COLOR", "if not empty, no color unless `--color always`"],
	["NODE_DISABLE_COMPILE_CACHE", "if not empty, nothing is kept in `/var/cache/umlnet-nl`"],
];

export const FILES: Facts = [
	["/run/umlnet-nl", "what is ours, gone with the boot like the network itself"],
	["/etc/umlnet-nl/spec.yaml", "what the systemd unit `umlnet-nl.service` brings up"],
	["/etc/default/umlnet-nl", "variables of that unit: `PATH`, `UMLNET_STATE_DIR`"],
	[
		"/var/cache/umlnet-nl",
		"code made ready for the next start; of who is not root: `~/.cache/umlnet-nl`",
	],
	["/dev/net/tun", "where taps come from"],
];

const factTable = (head: string, facts: Facts): string =>
	[
		`| ${head} | meaning |`,
		"|---|---|",
		...facts.map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
	].join("\n");

/** The reference of the command line in Markdown, made from the tree that parses it. */
export function reference(program: Verb): string {
	const { verbs } = program;
	const contents = verbs.map((verb) => `- [${verb.name()}](#${anchor(verb)}): ${verb.summary()}`);
	const statuses = exitMeanings.map(([status, meaning]) => `| ${status} | ${cell(meaning)} |`);
	return `${[
		"<!-- Made from the command line itself by `npm run reference`: do not edit. -->",
		`# ${program.name()}`,
		program.description(),
		contents.join("\n"),
		"What it prints for programs and files is on stdout, what it says to people on stderr. With `--json` " +
			"stdout is one object, also for an error; `umlnet-nl schema output` says what is in it, and `apiVersion` " +
			"changes when a program would have to.",
		"## Global options",
		"They stand before or after the command.",
		optionTable(program.options),
		...verbs.flatMap((verb) => section(program, verb)),
		"## Exit status",
		["| status | meaning |", "|---|---|", ...statuses].join("\n"),
		"## Environment",
		factTable("variable", ENVIRONMENT),
		"## Files",
		factTable("file", FILES),
	].join("\n\n")}\n`;
}

function section(program: Verb, verb: Verb, parent = program.name()): readonly string[] {
	const name = `${parent} ${verb.name()}`;
	const tables = [...byHeading(verb.options)].flatMap(([heading, options]) => [
		`**${heading.replace(/:$/, "")}**`,
		optionTable(options),
	]);
	const examples = verb.examples.map(({ command, meaning }) => `# ${meaning}\n${command}`);
	return [
		`${parent === program.name() ? "##" : "###"} ${name}`,
		verb.description(),
		`    ${name} ${verb.usage()}`,
		...tables,
		`\`\`\`sh\n${examples.join("\n\n")}\n\`\`\``,
		...verb.verbs.flatMap((inner) => section(program, inner, name)),
	];
}

export function byHeading(options: readonly Option[]): ReadonlyMap<string, readonly Option[]> {
	const groups = new Map<string, Option[]>();
	for (const option of options) {
		const heading = option.helpGroupHeading ?? "Options:";
		groups.set(heading, [...(groups.get(heading) ?? []), option]);
	}
	return groups;
}

const anchor = (verb: Verb): string => `umlnet-nl-${verb.name()}`;

function optionTable(options: readonly Option[]): string {
	const rows = options.map(({ flags, description, argChoices, defaultValue }) => {
		const choices = argChoices === undefined ? "" : `: ${argChoices.join(", ")}`;
		const usual = typeof defaultValue === "string" ? ` (default: ${defaultValue})` : "";
		return `| \`${cell(flags)}\` | ${cell(description + choices + usual)} |`;
	});
	return ["| option | meaning |", "|---|---|", ...rows].join("\n");
}

/** A bar would end the cell, even inside backquotes. */
const cell = (text: string): string => text.replaceAll("|", "\\|");
