import type { Document, FamilyJson, Filter } from "../../nftables/index.js";
import { API_VERSION } from "../api-version.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import type { Session } from "../session.js";
import { UsageError } from "../usage.js";
import type { Verb } from "../verb.js";
import { version } from "../version.js";

const FAMILIES = ["ip", "ip6", "inet", "arp", "bridge", "netdev"] as const satisfies FamilyJson[];

export function addNft(program: Verb, perform: Perform): void {
	const nft = program
		.command("nft")
		.summary("apply, list and watch nf_tables rulesets: libnftables JSON in and out")
		.description(
			"Apply, list and watch nf_tables rulesets in libnftables JSON (libnftables-json(5)), as `nft -j` " +
				"reads and writes it. The rules are compiled here; no nft is needed.",
		)
		.usage("[options] apply -f <FILE> | list | watch")
		.example("umlnet-nl nft apply -f rules.json", "all of the file, or nothing of it")
		.example("umlnet-nl nft list --table inet:lab", "one table, as `nft -j list table` writes it")
		.example("umlnet-nl nft watch | jq -c .", "every change of the ruleset, a line each");
	addApply(nft, perform);
	addList(nft, perform);
	nft
		.command("watch")
		.summary("print every change of the ruleset as it happens, as `nft -j monitor` does")
		.description(
			"Print every change of the ruleset as it happens: one JSON object a line, as `nft -j monitor` does.",
		)
		.example("umlnet-nl nft watch -n lab", "the changes in the namespace lab")
		.action(() => perform("looking", watch));
}

function addApply(nft: Verb, perform: Perform): void {
	nft
		.command("apply")
		.summary("compile a document and have the kernel commit it, all of it or nothing")
		.description(
			"Compile a document and have the kernel commit it, all of it or nothing. What its `list` and `reset` " +
				"commands ask is answered on stdout, a document each.",
		)
		.requiredOption("-f, --file <FILE>", "document of libnftables JSON; - is standard input")
		.option("--check", "let the kernel validate it all, and change nothing")
		.option("--echo", "print the document with the handles the kernel gave, as `nft -j -e` does")
		.example("umlnet-nl nft apply -f rules.json --check", "whether it would be taken")
		.example("nft -j list ruleset | umlnet-nl nft apply -n lab -f -", "a ruleset, copied")
		.action((options: ApplyOptions) => perform("changing", (session) => apply(session, options)));
}

function addList(nft: Verb, perform: Perform): void {
	nft
		.command("list")
		.summary("print the ruleset as `nft -j list ruleset` does")
		.description("Print the ruleset of the kernel as `nft -j list ruleset` does.")
		.option("--table <FAMILY:NAME>", "this table alone")
		.example("umlnet-nl nft list > before.json", "everything, to be applied again")
		.action((options: ListOptions) => perform("looking", (session) => list(session, options)));
}

interface ApplyOptions {
	readonly file: string;
	readonly check?: true;
	readonly echo?: true;
}

interface ListOptions {
	readonly table?: string;
}

/** Loads the compiler of rules. */
const load = () => import("../../nftables/index.js");

async function apply(session: Session, { file, check, echo }: ApplyOptions): Promise<number> {
	const text =
		file === "-" ? await session.io.readStdin() : (await import("../document.js")).readText(file);
	const document = parse(text, file === "-" ? "<stdin>" : file);
	const nftables = await load();
	const { netns } = session.settings;
	const answers = nftables.apply(document as Document, { check, echo, netns });
	const documents = answers.map((answer, i) =>
		echo === true && i === answers.length - 1 ? answer : withMetainfo(answer),
	);
	if (session.settings.json) session.json({ applied: check !== true, answers: documents });
	else for (const one of documents) session.line(one);
	session.say(check ? "valid; nothing was changed" : "applied");
	return Exit.done;
}

function parse(text: string, source: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new UsageError(`${source} is not JSON: ${(error as Error).message}`);
	}
}

async function list(session: Session, { table }: ListOptions): Promise<number> {
	const filter = table === undefined ? {} : filterOf(table);
	const nftables = await load();
	const listed = nftables.list(filter, { netns: session.settings.netns });
	if (table !== undefined && listed.nftables.length === 0)
		throw new UsageError(`there is no table ${table}`);
	const document = withMetainfo(listed);
	// As nft(8) prints it, unless --json asks for our own conventions. nft reads both.
	if (session.settings.json) session.json(document);
	else session.document(document);
	return Exit.done;
}

/** `nft -j` begins every listing with an object that names the program. */
function withMetainfo({ nftables }: Document): Document {
	const metainfo = { version, release_name: "umlnet-nl", json_schema_version: 1 };
	return { nftables: [{ metainfo }, ...nftables] };
}

function filterOf(table: string): Filter {
	const [, word, name = ""] = /^([^:]*):(.+)$/s.exec(table) ?? [];
	const family = FAMILIES.find((one) => one === word);
	if (family === undefined)
		throw new UsageError(
			`--table ${table}: a table is FAMILY:NAME`,
			`families: ${FAMILIES.join(", ")}`,
		);
	return { family, table: name };
}

async function watch(session: Session): Promise<number> {
	const nftables = await load();
	const { netns } = session.settings;
	const { json } = session.settings;
	for await (const change of nftables.watch({ netns, signal: session.io.outputClosed }))
		session.line(json ? { apiVersion: API_VERSION, ...change } : change);
	return Exit.done;
}
