/**
 * Attacks on the state directory: each directory on the path to it, and each file in it, belongs to somebody else, is
 * writable by others, is a link, a FIFO, a device or a file with several names, or is replaced while it is checked. The
 * journal decides what we change, so others must have no influence on it: all of this must be refused, soon, and
 * nothing may be changed.
 */
import { spawnSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Host } from "../../src/host/host.js";
import type { Spec } from "../../src/spec/model.js";
import { UmlnetError } from "../../src/sys/error.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { report } from "../fault/campaign.js";
import { pictureOf } from "./picture.js";
import { scratch } from "./rig.js";
import { noFlaws } from "./run.js";
import { specs } from "./scenarios.js";

/** What happens before each of the next calls to the file system. */
const meanwhile = vi.hoisted(() => ({ calls: 0, at: -1, act: (): void => {} }));

vi.mock("node:fs", async (original) => {
	const fs = await original<typeof import("node:fs")>();
	const watched = ["openSync", "fstatSync", "mkdirSync", "readlinkSync", "writeSync", "readSync"];
	const spied = ["rmSync", "rmdirSync", "renameSync", "closeSync", "statfsSync", "ftruncateSync"];
	const out: Record<string, unknown> = { ...fs };
	for (const name of [...watched, ...spied]) {
		const real = fs[name as "openSync"] as (...args: unknown[]) => unknown;
		out[name] = (...args: unknown[]) => {
			if (meanwhile.calls++ === meanwhile.at) meanwhile.act();
			return real(...args);
		};
	}
	return out;
});

const NOBODY = 65_534;
const place = scratch();
afterAll(() => rmSync(place, { recursive: true }));

/** Three nested directories above the state directory, which contains that of the host. */
const PARENTS = ["one", "two", "three"].map((_, i, all) => join(place, ...all.slice(0, i + 1)));
const stateDir = join(place, "one", "two", "three", "state");
const { identity } = new FakeKernel();
const directory = join(stateDir, identity);
const elsewhere = join(place, "elsewhere");

function clear(): void {
	for (const path of [join(place, "one"), elsewhere])
		rmSync(path, { recursive: true, force: true });
	mkdirSync(elsewhere, { mode: 0o700 });
	meanwhile.at = -1;
}
beforeEach(clear);

let kernel: FakeKernel;

/** Run something on a host with this state directory. Returns the error, and checks how long it took. */
async function attempt(act: (host: Host) => Promise<unknown>): Promise<UmlnetError | undefined> {
	let host: Host | undefined;
	try {
		host = new Host(kernel, { stateDir, timeout: 200 });
		await act(host);
		return undefined;
	} catch (error) {
		if (error instanceof UmlnetError) return error;
		throw error;
	} finally {
		await closed(host);
	}
}
async function closed(host: Host | undefined): Promise<void> {
	try {
		host?.close();
	} catch (error) {
		if (!(error instanceof UmlnetError)) throw error;
	}
}

const spec = specs.hostOnly as Spec;
const up = (host: Host) => host.up(spec);
const VERBS: Readonly<Record<string, (host: Host) => Promise<unknown>>> = {
	up,
	down: (host) => host.down({ all: true }),
	status: (host) => host.status(),
	recover: (host) => host.recover(),
};

/** A host on which something is up, so that its directory and all of its files exist. */
async function ready(): Promise<void> {
	kernel = new FakeKernel();
	expect(await attempt(up)).toBeUndefined();
	expect(readdirSync(directory).sort()).toEqual(["journal", "lock", "turn"]);
}

/** An attack on the directory or file with this path. */
type Spoil = (path: string) => void;
const replaced =
	(by: (path: string) => void): Spoil =>
	(path) => {
		renameSync(path, join(elsewhere, "original"));
		by(path);
	};
const made =
	(...command: readonly string[]): Spoil =>
	(path) => {
		const [program = "", ...args] = command.map((word) => (word === "PATH" ? path : word));
		expect(spawnSync(program, args).status).toBe(0);
	};

const ANY: Readonly<Record<string, Spoil>> = {
	"somebody else's": (path) => chownSync(path, NOBODY, NOBODY),
	"writable for others": (path) => chmodSync(path, 0o757),
	"writable for its group": (path) => chmodSync(path, 0o770),
	"somebody else's in its place": replaced((path) => {
		writeFileSync(path, "");
		chownSync(path, NOBODY, NOBODY);
	}),
	"a FIFO": replaced(made("mkfifo", "PATH")),
	"a device": replaced(made("mknod", "PATH", "c", "1", "3")),
	"a socket": replaced(
		made("python3", "-c", "import socket,sys; socket.socket(1).bind(sys.argv[1])", "PATH"),
	),
	"a link of somebody else's": replaced((path) => {
		symlinkSync(join(elsewhere, "original"), path);
		spawnSync("chown", ["-h", `${NOBODY}`, path]);
	}),
	"a link to nothing of somebody else's": replaced((path) => {
		symlinkSync(join(elsewhere, "nothing"), path);
		spawnSync("chown", ["-h", `${NOBODY}`, path]);
	}),
};
const OWN_LINKS: Readonly<Record<string, Spoil>> = {
	"a link": replaced((path) => symlinkSync(join(elsewhere, "original"), path)),
	"a link to nothing": replaced((path) => symlinkSync(join(elsewhere, "nothing"), path)),
	"a link to itself": replaced((path) => symlinkSync(basename(path), path)),
};
const DIRECTORIES: Readonly<Record<string, Spoil>> = {
	"a file": replaced((path) => writeFileSync(path, "")),
};
const STICKY: Readonly<Record<string, Spoil>> = {
	"writable for all, sticky": (path) => chmodSync(path, 0o1777),
};
const FILES: Readonly<Record<string, Spoil>> = {
	"a directory": replaced((path) => mkdirSync(path)),
	"a file of two names": (path) => linkSync(path, join(elsewhere, "other")),
	"a file of two names, of which one is precious": replaced((path) => {
		writeFileSync(join(elsewhere, "precious"), "precious", { mode: 0o600 });
		linkSync(join(elsewhere, "precious"), path);
	}),
};

let cases = 0;
let deviations = 0;
afterAll(() => report({ campaign: "where our memory lies (model)", cases, deviations }));
function none(flaws: readonly string[]): void {
	deviations += flaws.length;
	noFlaws(flaws);
}

/** Every file below a directory, with its contents and its owner. */
function pictureOfFiles(path: string): string {
	const stats = lstatSync(path);
	const what = `${path} ${stats.mode.toString(8)} ${stats.uid} ${stats.nlink}`;
	if (stats.isDirectory())
		return [
			what,
			...readdirSync(path)
				.sort()
				.map((name) => pictureOfFiles(join(path, name))),
		].join("\n");
	return stats.isFile() ? `${what} ${readFileSync(path, "latin1")}` : what;
}

const places: readonly (readonly [
	what: string,
	path: string,
	spoils: Readonly<Record<string, Spoil>>,
])[] = [
	["the first directory of its path", PARENTS[0] as string, { ...ANY, ...DIRECTORIES }],
	["the second directory of its path", PARENTS[1] as string, { ...ANY, ...DIRECTORIES }],
	["the directory that it is in", PARENTS[2] as string, { ...ANY, ...DIRECTORIES }],
	["the state directory", stateDir, { ...ANY, ...OWN_LINKS, ...DIRECTORIES, ...STICKY }],
	["that of the host", directory, { ...ANY, ...OWN_LINKS, ...DIRECTORIES, ...STICKY }],
	...["journal", "lock", "turn"].map(
		(file) =>
			[`the file ${file}`, join(directory, file), { ...ANY, ...OWN_LINKS, ...FILES }] as const,
	),
];

describe.each(places)("%s", (_, path, spoils) => {
	test.each(Object.entries(spoils))(
		"as %s is refused, and nothing is touched",
		async (what, spoil) => {
			await ready();
			spoil(path);
			const before = [pictureOf(kernel), pictureOfFiles(place)];
			const found: string[] = [];
			for (const [verb, act] of Object.entries(VERBS)) {
				const from = performance.now();
				const error = await attempt(act);
				cases++;
				const flaws = [
					error?.code !== "ERR_PERMISSION" &&
						`it ends with ${error?.code ?? "nothing"}: ${error?.message}`,
					error?.message.includes("/proc/") && `who knows ${error.message}`,
					performance.now() - from > 5000 && "it took long",
					pictureOf(kernel) !== before[0] && "the host is not as it was",
					pictureOfFiles(place) !== before[1] && "the files are not as they were",
				].filter((flaw) => flaw !== false && flaw !== undefined);
				for (const flaw of flaws)
					found.push(`${verb}: ${path.slice(place.length)} ${what}: ${flaw}`);
			}
			none(found);
		},
	);
});

describe("a directory on the way", () => {
	test.each<[string, () => void]>([
		["is sticky, and the next one is ours", () => chmodSync(PARENTS[1] as string, 0o1777)],
		[
			"is reached by a link of ours",
			() => {
				renameSync(PARENTS[1] as string, elsewhere.concat("/two"));
				symlinkSync("../elsewhere/two", PARENTS[1] as string);
			},
		],
		[
			"is reached by a link with a whole path of ours",
			() => {
				renameSync(PARENTS[0] as string, elsewhere.concat("/one"));
				symlinkSync(elsewhere.concat("/one"), PARENTS[0] as string);
			},
		],
	])("that %s is as good as another", async (_, arrange) => {
		await ready();
		arrange();
		const before = pictureOf(kernel);
		expect(await attempt((host) => host.status())).toBeUndefined();
		expect(await attempt(up)).toBeUndefined();
		expect(pictureOf(kernel)).toBe(before);
		expect(await attempt((host) => host.down({ all: true }))).toBeUndefined();
		expect(readdirSync(stateDir)).toEqual([]);
	});

	test("that links in a circle is refused", async () => {
		await ready();
		const [one = ""] = PARENTS;
		renameSync(one, elsewhere.concat("/one"));
		symlinkSync("other", one);
		symlinkSync("one", join(place, "other"));
		expect(await attempt(up)).toMatchObject({ code: "ERR_PERMISSION" });
		rmSync(join(place, "other"));
	});

	test("that is not there is made for nobody else to write; to look, nothing is made", async () => {
		kernel = new FakeKernel();
		for (const verb of ["status"]) expect(await attempt(VERBS[verb] as typeof up)).toBeUndefined();
		expect(existsSync(PARENTS[0] as string)).toBe(false);
		await ready();
		for (const path of [...PARENTS, stateDir]) expect(lstatSync(path).mode & 0o777).toBe(0o755);
		expect(lstatSync(directory).mode & 0o777).toBe(0o700);
		for (const file of readdirSync(directory))
			expect(lstatSync(join(directory, file)).mode & 0o777).toBe(0o600);
	});
});

/** Replace a directory of ours by one that looks like it and belongs to somebody else. */
const hostile = (path: string): void => {
	mkdirSync(path, { recursive: true });
	const rest = directory.slice(path.length + 1);
	const inner = join(path, rest);
	mkdirSync(inner, { recursive: true });
	for (const file of ["journal", "lock", "turn"]) writeFileSync(join(inner, file), "");
	expect(spawnSync("chown", ["-R", `${NOBODY}:${NOBODY}`, path]).status).toBe(0);
};

describe("put in its place at any call, somebody else's is neither read nor written", () => {
	test.each([
		["the state directory", stateDir],
		["that of the host", directory],
		["the directory above", dirname(stateDir)],
	])("%s", async (_, path) => {
		const found: string[] = [];
		for (const verb of ["up", "down"] as const) {
			const arrange = async (): Promise<void> => {
				clear();
				await ready();
				if (verb === "up") expect(await attempt(VERBS.down as typeof up)).toBeUndefined();
				mkdirSync(directory, { recursive: true, mode: 0o700 });
			};
			await arrange();
			const start = pictureOf(kernel);
			meanwhile.calls = 0;
			expect(await attempt(VERBS[verb] as typeof up)).toBeUndefined();
			const total = meanwhile.calls;
			const end = pictureOf(kernel);
			for (let at = 0; at < total; at++) {
				await arrange();
				let planted = "";
				meanwhile.act = () => {
					meanwhile.at = -1;
					if (existsSync(path)) renameSync(path, join(elsewhere, "original"));
					hostile(path);
					planted = pictureOfFiles(path);
				};
				meanwhile.calls = 0;
				meanwhile.at = at;
				const error = await attempt(VERBS[verb] as typeof up);
				meanwhile.at = -1;
				cases++;
				const now = pictureOf(kernel);
				const isWhole = error === undefined ? now === end : now === start || now === end;
				const flaws = [
					!isWhole && `neither before nor after, with ${error?.code}`,
					error !== undefined &&
						error.code !== "ERR_PERMISSION" &&
						`${error.code}: ${error.message}`,
					planted !== "" && pictureOfFiles(path) !== planted && "it was written",
				].filter(Boolean);
				for (const flaw of flaws) found.push(`${verb} at call ${at} of ${total}: ${flaw}`);
			}
		}
		none(found);
	});
});
