import { Argument } from "commander";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import type { Session } from "../session.js";
import type { Verb } from "../verb.js";

const DOCUMENTS = ["spec", "output"] as const;
type Document = (typeof DOCUMENTS)[number];

export function addSchema(program: Verb, perform: Perform): void {
	program
		.command("schema")
		.summary("print the JSON Schema of spec files, or of what --json prints")
		.description(
			"Print a JSON Schema (draft 2020-12): of spec files, with which an editor completes and checks them, " +
				"or of what --json prints.",
		)
		.addArgument(new Argument("<document>", "of which document").choices(DOCUMENTS))
		.example(
			"umlnet-nl schema spec > umlnet-nl.schema.json",
			"then begin spec files with: # yaml-language-server: $schema=umlnet-nl.schema.json",
		)
		.example("umlnet-nl schema output", "what programs can rely on")
		.action((document: Document) => perform("looking", (session) => schema(session, document)));
}

async function schema(session: Session, document: Document): Promise<number> {
	session.document(await schemaOf(document));
	return Exit.done;
}

async function schemaOf(document: Document): Promise<object> {
	switch (document) {
		case "spec":
			return (await import("../../spec/json-schema.js")).specSchema();
		case "output":
			return (await import("../schema/output.js")).outputSchema();
	}
}
