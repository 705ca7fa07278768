import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Consumer, newConsumer } from "./consumer.js";
import { Place, root } from "./library.js";
import { tell } from "./program.js";
import { bunBinary, nodeBinary, VERSIONS } from "./runtimes.js";

const execute = promisify(execFile);

/** A program that uses the types, in which the compiler must reject a call that makes no sense. */
const ESM = `
import { type EmbeddedHost, open, type SpecInput, type TapReport, UmlnetError } from "umlnet-nl";
import { NetlinkSocket } from "umlnet-nl/netlink";
import * as nftables from "umlnet-nl/nftables";
import { IFF_UP, NETLINK_ROUTE, RTM_GETLINK, RTM_NEWLINK } from "umlnet-nl/uapi";

const [stateDir = ""] = process.argv.slice(2);
const spec = {
	version: 1,
	networks: { lab: { mode: "host-only", addresses: ["192.168.33.33/24"] } },
	taps: { tap0: { network: "lab", owner: 500 } },
} satisfies SpecInput;

async function work(host: EmbeddedHost): Promise<object> {
	const { taps } = await host.up(spec, { signal: AbortSignal.timeout(600_000) });
	const [tap]: readonly TapReport[] = taps;
	const socket = new NetlinkSocket(NETLINK_ROUTE);
	const links = socket.dump(RTM_GETLINK, RTM_NEWLINK, {});
	socket.close();
	const link = links.find(({ ifi_index }) => ifi_index === tap?.index);
	const up = link !== undefined && (link.ifi_flags & IFF_UP) !== 0;
	const { steps } = await host.planDown({ all: true });
	const error = await host.up({ version: 2 as 1 }).catch((reason: unknown) => reason);
	const { changed } = await host.down({ taps: ["tap0"] });
	const code = error instanceof UmlnetError && error.code;
	return { name: link?.IFLA_IFNAME, up, steps: steps.length, code, changed };
}

/** Never called: what must not compile. */
export async function wrong(host: EmbeddedHost): Promise<void> {
	// @ts-expect-error
	await host.up();
	// @ts-expect-error
	await host.down({ tap: ["tap0"] });
	// @ts-expect-error
	await open({ netns: 7 });
	// @ts-expect-error
	await host.up({ version: 1, networks: { lab: { mode: "natt" } } });
}

await using host = await open({ stateDir });
const did = await work(host);
console.log(JSON.stringify({ ...did, node: process.versions.node, nft: Object.keys(nftables).length > 0 }));
`;

/** A CommonJS program loads an ES module by a dynamic import. */
const COMMONJS = `
"use strict";
const [stateDir] = process.argv.slice(2);
const spec = {
	version: 1,
	networks: { lab: { mode: "host-only", addresses: ["192.168.33.33/24"] } },
	taps: { tap0: { network: "lab", owner: 500 } },
};
(async () => {
	const { open, UmlnetError } = await import("umlnet-nl");
	const host = await open({ stateDir });
	const { taps: [tap] } = await host.up(spec);
	const error = await host.up({ version: 2 }).catch((reason) => reason);
	const { steps } = await host.planDown({ all: true });
	const { changed } = await host.down({ taps: ["tap0"] });
	await host.close();
	const code = error instanceof UmlnetError && error.code;
	const { name } = tap;
	const { node } = process.versions;
	console.log(JSON.stringify({ name, up: true, steps: steps.length, code, changed, node, nft: true }));
})();
`;

/** How a program resolves types: as Node does, or as a bundler. */
const RESOLUTIONS = {
	node16: { module: "node16", moduleResolution: "node16", outDir: "built" },
	nodenext: { module: "nodenext", moduleResolution: "nodenext", noEmit: true },
	bundler: { module: "esnext", moduleResolution: "bundler", noEmit: true },
} as const;
const STRICT = {
	...{ target: "es2022", lib: ["es2023", "esnext.disposable"], strict: true, skipLibCheck: false },
	...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, rootDir: "." },
	...{ types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
};

let consumer: string;
let installed: string;
let project: Consumer;

beforeAll(async () => {
	project = await newConsumer();
	consumer = project.directory;
	installed = project.installed;
	project.write("program.ts", ESM);
	project.write("program.cjs", COMMONJS);
	for (const version of VERSIONS) await nodeBinary(version);
	await bunBinary();
	await compile("node16");
}, 600_000);
afterAll(() => project.remove());

/** The errors of the compiler. */
async function compile(resolution: keyof typeof RESOLUTIONS): Promise<string> {
	const compilerOptions = { ...STRICT, ...RESOLUTIONS[resolution] };
	project.write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["program.ts"] }));
	const tsc = join(root, "node_modules/.bin/tsc");
	const { stdout } = await execute(tsc, ["-p", consumer]).catch((error) => error);
	return stdout;
}

test.each(Object.keys(RESOLUTIONS) as (keyof typeof RESOLUTIONS)[])(
	"a program in TypeScript compiles against the types, and a wrong one does not: %s",
	async (resolution) => {
		expect(await compile(resolution)).toBe("");
		expect(readdirSync(join(consumer, "built"))).toContain("program.js");
	},
);

test("its types are found by every resolution that can import it", async () => {
	const attw = join(root, "node_modules/.bin/attw");
	const argv = [project.tarball, "--profile", "esm-only", "--format", "ascii", "--no-color"];
	const { stdout, code = 0 } = await execute(attw, argv).catch((error) => error);
	expect(code, stdout).toBe(0);
	// Every subpath was checked.
	for (const path of ["umlnet-nl", "umlnet-nl/testing", "umlnet-nl/nftables"])
		expect(stdout).toContain(`"${path}"`);
});

test("publint finds nothing wrong with the package", async () => {
	const { messages } = await publint({ pkgDir: installed, strict: true });
	expect(messages).toEqual([]);
});

const DID = { name: "tap0", up: true, steps: 6, code: "ERR_SPEC", changed: true, nft: true };

test.each(["built/program.js", "program.cjs"])("under Bun %s", async (program) => {
	await using place = new Place();
	const command = [await bunBinary(), join(consumer, program), place.stateDir];
	expect(await tell(place.machine, command)).toMatchObject(DID);
	expect(place.links).toEqual([]);
	expect(place.directory).toBeUndefined();
});

describe.each(VERSIONS)("under Node %s", (version) => {
	test.each(["built/program.js", "program.cjs"])("%s", async (program) => {
		await using place = new Place();
		const node = await nodeBinary(version);
		const did = await tell(place.machine, [node, join(consumer, program), place.stateDir]);
		expect(did).toEqual({ ...DID, node: version });
		expect(place.links).toEqual([]);
		expect(place.directory).toBeUndefined();
	});
});

describe("what is published", () => {
	interface Lock {
		readonly packages: Readonly<Record<string, { dev?: boolean; hasInstallScript?: boolean }>>;
	}
	const scripted = ({ packages }: Lock): string[] =>
		Object.entries(packages).flatMap(([name, { dev, hasInstallScript }]) =>
			hasInstallScript === true && dev !== true ? [name] : [],
		);
	const read = <T>(...path: readonly string[]): T =>
		JSON.parse(readFileSync(join(...path), "utf8")) as T;

	test("runs nothing when it is installed, and neither does anything it needs", () => {
		expect(scripted(read(root, "package-lock.json"))).toEqual([]);
		const lock = read<Lock>(consumer, "node_modules/.package-lock.json");
		expect(scripted(lock)).toEqual([]);
		const directories = Object.keys(lock.packages);
		expect(directories.length).toBeGreaterThan(3);
		for (const directory of directories) {
			const { scripts = {} } = read<{ scripts?: object }>(consumer, directory, "package.json");
			const hooks = Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name));
			expect(hooks, directory).toEqual([]);
			// npm would build a package that contains this file.
			expect(readdirSync(join(consumer, directory)), directory).not.toContain("binding.gyp");
		}
	});

	test("has the engine's thread, the schema and the unit, and no sources or tests", () => {
		const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
		const needed = [
			"dist/index.d.ts",
			"dist/thread/worker.js",
			"proto/umlnet/v1/spec.proto",
			"LICENSE",
		];
		for (const file of [...needed, "systemd/umlnet-nl.service"]) expect(files).toContain(file);
		expect(files.filter((file) => /^(src|test|bench|\.)/.test(file))).toEqual([]);
	});

	test("is the command line too", async () => {
		const { version } = read<{ version: string }>(root, "package.json");
		const command = join(consumer, "node_modules/.bin/umlnet-nl");
		expect((await execute(command, ["--version"])).stdout.trim()).toBe(version);
	});
});
