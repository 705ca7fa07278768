#!/usr/bin/env node
// Generates from proto/**/*.proto the files in src/proto:
//   proto.json    the protobufjs Root of specs and the journal, which every command may need
//   service.json  that of the service and what it imports, and the same as descriptor.proto has it, for reflection
//   comments.json what the comments say of the messages of a spec, their fields, and the values of their enums
//   messages.ts   the types of what a person writes: the messages of a spec, as YAML and JSON have them
// `--print FILE` writes one of them to stdout instead: a test uses this to find a stale file.
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor.js";

const project = fileURLToPath(new URL("..", import.meta.url));
const protos = join(project, "proto");
const files = readdirSync(protos, { recursive: true, encoding: "utf8" })
	.filter((file) => file.endsWith(".proto"))
	.sort();

function rootOf(chosen) {
	const root = new protobuf.Root();
	root.resolvePath = (_origin, file) => join(protos, file);
	return root.loadSync(chosen, { alternateCommentMode: true }).resolveAll();
}
const isService = (file) => file.endsWith("/service.proto");
const root = rootOf(files.filter((file) => !isService(file)));
const service = rootOf(files.filter(isService));
const { nestedArray: declarations } = root.lookup("umlnet.v1");

/** A comment in one line, as a sentence. */
const said = ({ comment }) => comment?.replace(/\s+/g, " ").trim();

function commentsOf(declaration) {
	const members =
		declaration instanceof protobuf.Enum
			? Object.keys(declaration.values).map((name) => [name, said({ comment: declaration.comments[name] })])
			: declaration.fieldsArray.map((field) => [field.name, said(field)]);
	const told = members.filter(([, comment]) => comment);
	const own = said(declaration);
	return { ...(own && { comment: own }), ...(told.length > 0 && { members: Object.fromEntries(told) }) };
}

/** Whether a message consists of a single oneof, and is written as the bare value. */
const isChoice = ({ oneofsArray, fieldsArray }) =>
	oneofsArray.length === 1 && fieldsArray.length > 1 && oneofsArray[0].oneof.length === fieldsArray.length;

/** The values of an enum without 0, which means that it is not set. */
const wordsOf = ({ name, values }) => {
	const prefix = `${name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()}_`;
	return Object.entries(values)
		.filter(([, number]) => number !== 0)
		.map(([word]) => word.slice(prefix.length).toLowerCase().replaceAll("_", "-"));
};

const SCALARS = { string: "string", bool: "boolean", uint32: "number" };

function typeOf(field) {
	const { resolvedType, type } = field;
	const one = SCALARS[type] ?? (resolvedType instanceof protobuf.Enum ? resolvedType.name : `${resolvedType.name}Message`);
	if (field.map) return `Readonly<Record<string, ${one}>>`;
	if (!field.repeated) return one;
	return /\bA single one needs no list\./.test(said(field) ?? "") ? `${one} | readonly ${one}[]` : `readonly ${one}[]`;
}

const documented = (comment, line) => (comment ? `/** ${comment} */\n${line}` : line);

/** The messages of a spec and their enums, in the order of the schema. */
function written(found = new Set([root.lookupType("umlnet.v1.Spec")])) {
	for (const { fieldsArray = [] } of found)
		for (const { resolvedType } of fieldsArray) if (resolvedType) found.add(resolvedType);
	return declarations.filter((one) => found.has(one));
}

function declared(declaration) {
	const { name } = declaration;
	if (declaration instanceof protobuf.Enum) {
		const words = wordsOf(declaration).map((word) => JSON.stringify(word));
		return documented(said(declaration), `export type ${name} = ${words.join(" | ")};`);
	}
	const fields = declaration.fieldsArray.map((field) => {
		const comment = said(field);
		// proto3 has no required fields, so the comments say which are.
		const isRequired = /\bRequired\./.test(comment ?? "");
		const type = isRequired ? typeOf(field) : `${typeOf(field)} | undefined`;
		return documented(comment, `readonly ${field.name}${isRequired ? "" : "?"}: ${type};`);
	});
	if (isChoice(declaration)) {
		const types = declaration.fieldsArray.map(typeOf);
		return documented(said(declaration), `export type ${name}Message = ${types.join(" | ")};`);
	}
	return documented(said(declaration), `export interface ${name}Message {\n${fields.join("\n\n")}\n}`);
}

/** A FileDescriptorSet (google/protobuf/descriptor.proto). */
function descriptorOf(of) {
	const set = of.toDescriptor("proto3");
	// The entries of a map are a message whose name descriptor.proto settles; protobufjs leaves out the end of it.
	for (const { messageType } of set.file)
		for (const { field, nestedType } of messageType)
			for (const entry of nestedType.filter(({ options }) => options?.mapEntry)) {
				for (const one of field.filter(({ typeName }) => typeName === entry.name)) one.typeName += "Entry";
				entry.name += "Entry";
			}
	return set.$type.encode(set).finish();
}

const made = {
	"proto.json": () => JSON.stringify(root.toJSON(), undefined, "\t"),
	"service.json": () =>
		JSON.stringify(
			{ ...service.toJSON(), descriptor: Buffer.from(descriptorOf(service)).toString("base64") },
			undefined,
			"\t",
		),
	"comments.json": () =>
		JSON.stringify(
			Object.fromEntries(written().map((one) => [one.name, commentsOf(one)])),
			undefined,
			"\t",
		),
	"messages.ts": () =>
		[
			"/** What a person writes: the messages of a spec as YAML and JSON have them. Made from proto/ by `npm run proto`. */",
			...written().map(declared),
		].join("\n\n"),
};

function formatted(file) {
	return execFileSync(
		join(project, "node_modules/.bin/biome"),
		["format", `--stdin-file-path=src/proto/${file}`],
		{ cwd: project, input: made[file](), encoding: "utf8" },
	);
}

const [, , option, file] = process.argv;
if (option === "--print") process.stdout.write(formatted(file));
else for (const name of Object.keys(made)) writeFileSync(join(project, "src/proto", name), formatted(name));
