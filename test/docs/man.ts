import type { Option } from "commander";
import { exitMeanings } from "../../src/cli/exit.js";
import type { Verb } from "../../src/cli/verb.js";
import { version } from "../../src/cli/version.js";
import { byHeading, ENVIRONMENT, FILES } from "../cli/reference.js";
import { example } from "./example.js";
import { fileKeys, type Key, sections } from "./schema.js";

/** Pages in the language of man(7). Names are bold, placeholders are italic. */
const page = (name: string, section: number, group: string, ...parts: readonly string[]): string =>
	`.\\" Made by \`npm run reference\`: do not edit.\n.TH ${name.toUpperCase()} ${section} "" "umlnet-nl ${version}" "${group}"\n${parts.join("\n")}\n`;

const heading = (text: string): string => `.SH ${text.toUpperCase()}`;
const part = (text: string): string => `.SS ${roff(text)}`;
const paragraph = (text: string): string => `.PP\n${prose(text)}`;
const tagged = (tag: string, text: string): string => `.TP\n${tag}\n${prose(text)}`;
const listing = (text: string): string =>
	`.PP\n.in +4n\n.EX\n${text.split("\n").map(line).join("\n")}\n.EE\n.in`;
const bold = (text: string): string => `\\fB${roff(text)}\\fR`;

/** A line of text that man cannot take for a request. */
const line = (text: string): string => roff(text).replace(/^(?=[.'])/, "\\&");
/** Text in backquotes becomes bold. */
const prose = (text: string): string =>
	text
		.split("`")
		.map((piece, i) => (i % 2 === 1 ? bold(piece) : roff(piece)))
		.join("")
		.replace(/^(?=[.'])/gm, "\\&");
const roff = (text: string): string =>
	text
		.replaceAll("\\", "\\e")
		.replaceAll("-", "\\-")
		.replaceAll("~", "\\(ti")
		.replaceAll("^", "\\(ha");

/** umlnet-nl(1), made from the tree that parses the command line. */
export function commandPage(program: Verb): string {
	const { verbs } = program;
	return page(
		"umlnet-nl",
		1,
		"User Commands",
		heading("Name"),
		"umlnet\\-nl \\- the host network of virtual machines, in one transaction",
		heading("Synopsis"),
		...verbs.flatMap((verb) => synopsis(program.name(), verb)),
		heading("Description"),
		paragraph(program.description()),
		paragraph(
			"What it prints for programs and files is on stdout, what it says to people on stderr. With `--json` stdout is " +
				"one object, also for an error.",
		),
		heading("Global options"),
		paragraph("They stand before or after the command."),
		...program.options.map(option),
		heading("Commands"),
		...verbs.flatMap((verb) => command(program.name(), verb)),
		heading("Exit status"),
		...exitMeanings.map(([status, meaning]) => tagged(bold(String(status)), meaning)),
		heading("Environment"),
		...ENVIRONMENT.map(([name, meaning]) => tagged(bold(name), meaning)),
		heading("Files"),
		...FILES.map(([name, meaning]) => tagged(`\\fI${roff(name)}\\fR`, meaning)),
		heading("See also"),
		"\\fBumlnet\\-nl\\-spec\\fR(5), \\fBip\\fR(8), \\fBbridge\\fR(8), \\fBnft\\fR(8), \\fBlibnftables\\-json\\fR(5)",
	);
}

const synopsis = (parent: string, verb: Verb): readonly string[] =>
	verb.verbs.length > 0
		? verb.verbs.flatMap((inner) => synopsis(`${parent} ${verb.name()}`, inner))
		: [`.B ${roff(`${parent} ${verb.name()}`)}`, line(verb.usage()), ".br"];

function command(parent: string, verb: Verb): readonly string[] {
	const name = `${parent} ${verb.name()}`;
	return [
		part(`${name} ${verb.usage()}`),
		paragraph(verb.description()),
		...[...byHeading(verb.options)].flatMap(([title, options]) => [
			paragraph(`${title.replace(/:$/, "")}:`),
			...options.map(option),
		]),
		...(verb.examples.length > 0 ? [paragraph("Examples:")] : []),
		...verb.examples.flatMap((each) => [listing(`# ${each.meaning}\n${each.command}`)]),
		...verb.verbs.flatMap((inner) => command(name, inner)),
	];
}

function option({ flags, description, argChoices, defaultValue }: Option): string {
	const choices = argChoices === undefined ? "" : `: ${argChoices.join(", ")}`;
	const usual = typeof defaultValue === "string" ? ` (default: ${defaultValue})` : "";
	const tag = flags
		.split(/(<[^>]*>|\[[^\]]*\])/)
		.map((piece) => (/^[<[]/.test(piece) ? `\\fI${roff(piece.slice(1, -1))}\\fR` : bold(piece)))
		.join("");
	return tagged(tag, `${description}${choices}${usual}`);
}

/** umlnet-nl-spec(5), made from the schema. */
export function specPage(): string {
	return page(
		"umlnet-nl-spec",
		5,
		"File Formats",
		heading("Name"),
		"umlnet\\-nl\\-spec \\- which networks and taps a host shall have",
		heading("Description"),
		paragraph(
			"A spec is a file in YAML 1.2 or JSON that `umlnet-nl up -f` brings up, all of it or nothing, that `umlnet-nl " +
				"plan -f` compares with the host, and whose taps `umlnet-nl down -f` takes down. A key that is not known, or a " +
				"value of the wrong type, is an error: all of them are listed with their lines, and nothing is changed.",
		),
		...fileKeys().map(({ name, meaning }) => tagged(bold(name), meaning)),
		...sections().flatMap(({ message, place, comment, keys }) => [
			heading(message),
			paragraph(`In \`${place}\`. ${comment}`),
			...keys.map(keyEntry),
		]),
		heading("Example"),
		listing(example("nat.yaml")),
		heading("See also"),
		"\\fBumlnet\\-nl\\fR(1)",
	);
}

function keyEntry({
	name,
	value,
	meaning,
	absent,
	required,
	words,
	planned,
	example,
}: Key): string {
	const said = [
		meaning,
		`Value: ${value}.`,
		required ? "It must be given." : `Without it: ${absent}.`,
		...(planned ? ["It is not implemented yet: a spec with it is refused."] : []),
	].join(" ");
	const list = words.map((each) => `.RS\n${tagged(bold(each.word), each.meaning)}\n.RE`);
	return [tagged(bold(name), said), ...list, `.IP\n${bold(example)}`].join("\n");
}
