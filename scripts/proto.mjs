#!/usr/bin/env node
// Turns all of proto/**/*.proto into src/proto/proto.json, the protobufjs Root the program reads.
// `--print` writes it to stdout instead: that is how a test sees that the committed one is stale.
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

const project = fileURLToPath(new URL("..", import.meta.url));
const protos = join(project, "proto");
const target = "src/proto/proto.json";
const files = readdirSync(protos, { recursive: true, encoding: "utf8" })
	.filter((file) => file.endsWith(".proto"))
	.sort();

const root = new protobuf.Root();
root.resolvePath = (_origin, file) => join(protos, file);
root.loadSync(files).resolveAll();
const json = execFileSync(
	join(project, "node_modules/.bin/biome"),
	["format", `--stdin-file-path=${target}`],
	{ cwd: project, input: JSON.stringify(root.toJSON(), undefined, "\t"), encoding: "utf8" },
);

if (process.argv.includes("--print")) process.stdout.write(json);
else writeFileSync(join(project, target), json);
