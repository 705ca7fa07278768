import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BareMachine, blocks, project } from "./bare-machine.js";
import { EXAMPLES, example } from "./example.js";

const machine = new BareMachine();
beforeAll(() => machine.install(), 300_000);
afterAll(() => machine.close());

/** The files in a folder of the checkout whose names end like this. */
const all = (end: string, folder = ""): string[] =>
	readdirSync(join(project, folder))
		.filter((name) => name.endsWith(end))
		.map((name) => join(folder, name));
const read = (name: string): string => readFileSync(join(project, name), "utf8");

/** Confirms, like somebody at another terminal, a change that waits for it. */
const CONFIRM = "{ until umlnet-nl confirm >/dev/null 2>&1; do sleep 0.2; done; } &\n";
const asPasted = (block: string): string =>
	`${block.includes("--confirm-within") ? CONFIRM : ""}${block}`;

/** Shows everything that must be gone when all taps are down. */
const LOOK =
	"umlnet-nl --quiet down --all; wait; echo; echo LEFT; ip -br link; nft list tables; cat /proc/sys/net/ipv4/ip_forward";
const NOTHING = /\nLEFT\nlo .*\n(eth1|beyond)@.*\n(eth1|beyond)@.*\n0\n$/;

function expectClean(script: string): string {
	const { failed, stdout, said } = machine.paste(`${script}\n${LOOK}`);
	expect(failed, said).toEqual([]);
	expect(stdout).toMatch(NOTHING);
	return stdout;
}

const documents = [
	"README.md",
	"CONTRIBUTING.md",
	"docs/installing.md",
	"docs/nftables.md",
	"docs/daemon.md",
];

test.each(documents)("the commands of %s do as pasted what they say", (name) => {
	const commands = blocks(read(name), "sh");
	expect(commands.length).toBeGreaterThan(0);
	const stdout = expectClean(commands.map(asPasted).join("\n"));
	// They must print what the document shows.
	for (const block of blocks(read(name), "text"))
		for (const line of block.trimEnd().split("\n")) expect(stdout).toContain(`${line}\n`);
});

test("no document has commands that nobody runs", () => {
	const withCommands = [...all(".md"), ...all(".md", "docs")].filter(
		(name) => blocks(read(name), "sh").length > 0,
	);
	expect(withCommands.sort()).toEqual([...documents, "docs/reference.md", "docs/doctor.md"].sort());
});

test("the spec of README.md comes up", () => {
	const [spec, ...more] = blocks(read("README.md"), "yaml");
	expect(more).toEqual([]);
	expectClean(
		`cat >lab.yaml <<'END'\n${spec}END\numlnet-nl up -f lab.yaml\numlnet-nl down -f lab.yaml`,
	);
});

/** The last lines of a program are a comment with its output. */
function expectPrinted(program: string): void {
	const { failed, stdout, said } = machine.run(program);
	expect(failed, said).toEqual([]);
	const [, prints = ""] = program.split("\n// It prints:\n");
	expect(prints).not.toBe("");
	expect(stdout).toBe(`${prints.trimEnd().replace(/^\/\/ /gm, "")}\n`);
}

const programs = ["README.md", ...all(".md", "docs")].flatMap((name) =>
	blocks(read(name), "js").map((program, i) => [`${i + 1} of ${name}`, program] as const),
);

test("there are programs in the documents", () => {
	expect(programs.length).toBeGreaterThan(4);
});

test.each(programs)("program %s runs, and prints what it says", (_, program) =>
	expectPrinted(program),
);

describe.each(["docs/reference.md", "docs/doctor.md"])("%s", (name) => {
	const commands = blocks(read(name), "sh")
		.flatMap((block) => block.split("\n"))
		.map((line) => line.replace("sudo ", "").replace(/ +# .*/, ""))
		.filter((line) => line !== "" && !line.startsWith("#"));
	const isAboutTap = (command: string): boolean =>
		/^umlnet-nl (trace|why|doctor) tap0/.test(command);

	test.each(commands)("%s", (command) => {
		// Commands that run for ever are stopped. Commands about taps or files that do not exist here may fail, but not
		// with a usage error or an internal error.
		const { failed, said } = machine.paste(`
			cp examples/nat.yaml lab.yaml; cp examples/rules.json .; ip netns add lab
			printf '#!/bin/sh\n' >linux; chmod +x linux
			${isAboutTap(command) ? "umlnet-nl --quiet up tap0 --address 192.168.33.33/24" : ""}
			umlnet-nl --quiet nft apply -f rules.json
			${asPasted(`timeout 5 bash -c ${quoted(command)}`)}
		`);
		expect(
			failed.filter((line) => !/: (3|5|6|7|124)$/.test(line)),
			said,
		).toEqual([]);
	});
});

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

describe("examples", () => {
	const names = readdirSync(EXAMPLES).filter((name) => name !== "README.md");

	test("each stands in their README", () => {
		for (const name of names) expect(example("README.md")).toContain(`[${name}](${name})`);
	});

	const run: Readonly<Record<string, (name: string) => void>> = {
		yaml: (name) =>
			void expectClean(
				asPasted(`umlnet-nl plan -f examples/${name} --exit-code || [ $? = 6 ]
				umlnet-nl up -f examples/${name}
				umlnet-nl status --verify
				umlnet-nl down -f examples/${name}`),
			),
		json: (name) =>
			void expectClean(
				`umlnet-nl nft apply -f examples/${name}; umlnet-nl nft apply -f examples/${name}; nft delete table inet lab`,
			),
		sh: (name) => {
			const stdout = expectClean(`QEMU=echo sh examples/${name} -m 512`);
			// QEMU must get the arguments that `up` prints.
			const [, words] = /^ +QEMU +(-netdev .*)$/m.exec(stdout) ?? [];
			expect(stdout).toContain(`\n${words} -m 512\n`);
		},
		mjs: (name) => {
			expectPrinted(example(name));
		},
	};
	// test/library/bundle.test.ts runs this one, because the bundlers are not on a bare machine.
	test.each(names.filter((name) => name !== "bundle.mjs"))("%s", (name) => {
		const extension = name.split(".").at(-1) ?? "";
		expect(Object.keys(run)).toContain(extension);
		run[extension]?.(name);
	});
});

describe("what is published", () => {
	const documentsIn = (directory: string): string[] =>
		readdirSync(directory, { recursive: true, encoding: "utf8" }).filter(
			(name) => name.endsWith(".md") && !name.startsWith("node_modules"),
		);

	test("has all documents, examples and manual pages, and no link in them leads to nothing", () => {
		const names = documentsIn(machine.installed);
		expect(names).toEqual(
			expect.arrayContaining(["README.md", "docs/spec.md", "examples/README.md"]),
		);
		const links = names.flatMap((name) => {
			const text = readFileSync(join(machine.installed, name), "utf8");
			return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = ""]) => [name, to] as const);
		});
		expect(links.length).toBeGreaterThan(20);
		const files = new Set(readdirSync(machine.installed, { recursive: true, encoding: "utf8" }));
		const dangling = links.filter(([name, to]) => !leads(name, to, files));
		expect(dangling).toEqual([]);
		// npm puts the pages beside the programs, where man finds them.
		for (const page of ["man1/umlnet-nl.1", "man5/umlnet-nl-spec.5"])
			expect(existsSync(join(machine.installed, "../../../share/man", page))).toBe(true);
		for (const page of ["docs/man/umlnet-nl.1", "docs/man/umlnet-nl-spec.5"])
			expect(files).toContain(page);
		for (const name of readdirSync(EXAMPLES)) expect(files).toContain(`examples/${name}`);
	});

	/** Whether a link in a document leads to a file in the package, and to a heading in it. */
	function leads(from: string, to: string, files: ReadonlySet<string>): boolean {
		if (/^https:/.test(to)) return true;
		const [path = "", anchor] = to.split("#");
		const target = path === "" ? from : join(from, "..", path);
		if (!files.has(target)) return false;
		if (anchor === undefined) return true;
		const headings = readFileSync(join(machine.installed, target), "utf8").match(/^#+ .*$/gm) ?? [];
		return headings.map(anchorOf).includes(anchor);
	}

	const anchorOf = (heading: string): string =>
		heading
			.replace(/^#+ /, "")
			.toLowerCase()
			.replace(/[^\w\- ]/g, "")
			.replaceAll(" ", "-");

	test("CHANGELOG.md has the version of the package, and which versions may change what", () => {
		const { version } = JSON.parse(read("package.json")) as { version: string };
		expect(read("CHANGELOG.md").split("\n## ")[1]).toMatch(new RegExp(`^${version} `));
		expect(read("CHANGELOG.md")).toContain("Before 1.0");
	});

	test("README.md has no more than ten thousand characters", () => {
		expect(Buffer.byteLength(read("README.md"))).toBeLessThanOrEqual(10_000);
	});
});
