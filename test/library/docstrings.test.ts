import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./library.js";

interface Declaration {
	readonly name: string;
	/** The file that re-exports or declares it. */
	readonly file: string;
}

const compiled = (file: string, from: string): string =>
	join(dirname(file), from.replace(/\.js$/, ".d.ts"));

/** What a file declares and exports itself. */
const declared = (file: string): Declaration[] =>
	[
		...readFileSync(file, "utf8").matchAll(
			/^export (?:declare )?(?:abstract )?(?:interface|class|type|const|function) (\w+)/gm,
		),
	].map(([, name = ""]) => ({ name, file }));

/** What a file re-exports: by name, and all of other files. */
const reExports = (file: string): Declaration[] => [
	...byName(file),
	...[...readFileSync(file, "utf8").matchAll(/^export (?:type )?\* from "([^"]+)";/gm)].flatMap(
		([, from = ""]) => [...declared(compiled(file, from)), ...reExports(compiled(file, from))],
	),
];

const byName = (file: string): Declaration[] =>
	[
		...readFileSync(file, "utf8").matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm),
	].flatMap(([, names = "", from = ""]) =>
		names
			.split(",")
			.map((name) => name.trim().replace(/^type /, ""))
			.filter((name) => name !== "")
			.map((name) => ({ name, file: compiled(file, from) })),
	);

const declares = (name: string): RegExp =>
	new RegExp(
		String.raw`^(?:export )?(?:declare )?(?:abstract )?(interface|class|type|const|function) ${name}\b`,
		"m",
	);

/** The declarations from which a name may come that a file imports, or re-exports with `export *`. */
function passedOn(file: string, text: string, name: string): Declaration[] {
	const statements = text.matchAll(
		/^(?:import (?:type )?\{([^}]*)\}|export (?:type )?\*) from "([^"]+)";/gm,
	);
	return [...statements].flatMap(([, names, from = ""]) => {
		const there = { name, file: compiled(file, from) };
		if (names === undefined)
			return declares(name).test(readFileSync(there.file, "utf8")) ? [there] : [];
		return names.split(",").some((one) => one.trim().replace(/^type /, "") === name) ? [there] : [];
	});
}

/** The declaration of something exported. */
function declarationOf({ name, file }: Declaration): { text: string; at: number; word: string } {
	const text = readFileSync(file, "utf8");
	const match = declares(name).exec(text);
	if (match !== null) return { text, at: match.index, word: match[1] ?? "" };
	const next = [...reExports(file), ...passedOn(file, text, name)].find((one) => one.name === name);
	if (next === undefined) throw new Error(`${name} is declared nowhere`);
	return declarationOf(next);
}

/** The lines of a class or interface that declare a member without a docstring. */
function undocumentedMembers(text: string, at: number): string[] {
	const found: string[] = [];
	let [depth, before] = [0, ""];
	for (const line of text.slice(text.indexOf("{", at)).split("\n")) {
		const code = line.trim();
		const isComment = /^(\/?\*|\/\/)/.test(code);
		const isMember = /^(?:static |readonly |get |set )*[\w[\].]+\??\s*[<(:]/.test(code);
		if (depth === 1 && isMember && !/^constructor/.test(code) && !before.endsWith("*/"))
			found.push(code);
		if (!isComment)
			depth += (code.match(/[{(]/g) ?? []).length - (code.match(/[})]/g) ?? []).length;
		if (code !== "") before = code;
		if (depth === 0) return found;
	}
	return found;
}

/** Names of the kernel's headers need no words of ours: their file says in which header they stand. */
const KERNEL_NAME = /^(?:NLM_F|NLMSG|NLA|NETLINK|SOL|NLMSGERR)_\w+$/;

describe.each(["index", "testing/index", "netlink/index", "nftables/index"])("of %s", (entry) => {
	const exported = reExports(join(root, `dist/${entry}.d.ts`));

	test("there is much", () => {
		expect(exported.length).toBeGreaterThan(5);
	});

	test.each(
		exported.filter(({ name }) => !KERNEL_NAME.test(name)).map((one) => [one.name, one] as const),
	)("%s says what it is", (_, one) => {
		const { text, at, word } = declarationOf(one);
		expect(text.slice(0, at).trimEnd().endsWith("*/"), "its own docstring").toBe(true);
		// Their members are those of libnftables-json(5), which describes them all.
		const isJson = entry === "nftables/index" && one.name.endsWith("Json");
		if (!isJson && (word === "interface" || word === "class"))
			expect(undocumentedMembers(text, at), "members without one").toEqual([]);
	});
});

describe("of uapi", () => {
	const files = readdirSync(join(root, "dist/uapi")).filter(
		(name) => name.endsWith(".d.ts") && name !== "index.d.ts",
	);

	test("every file says which header its names and numbers are from", () => {
		expect(files.length).toBeGreaterThan(25);
		for (const name of files) {
			const [, words = ""] =
				/^\/\*\*(.*?)\*\//s.exec(readFileSync(join(root, "dist/uapi", name), "utf8")) ?? [];
			const headers = [...words.matchAll(/\b((?:linux|netinet|sys|asm|bits)\/[\w/]+\.h)\b/g)].map(
				([, one]) => one,
			);
			expect(headers.length, `${name}: ${words}`).toBeGreaterThan(0);
			const there = headers.filter((header) =>
				["/usr/include", "/usr/include/x86_64-linux-gnu"].some((place) =>
					existsSync(`${place}/${header}`),
				),
			);
			if (existsSync("/usr/include/linux/netlink.h")) expect(there, name).toEqual(headers);
		}
	});

	test("whatever is no table and no number says itself what it is", () => {
		const others = files.flatMap((name) => {
			const text = readFileSync(join(root, "dist/uapi", name), "utf8");
			return [
				...text.matchAll(/(\*\/\n)?^export (?:declare )?(?:interface|class|type|function) \w+/gm),
			]
				.filter(([, doc]) => doc === undefined)
				.map(([line]) => `${name}: ${line}`);
		});
		expect(others).toEqual([]);
	});
});
