import { execFile } from "node:child_process";
import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Consumer, newConsumer } from "./consumer.js";
import { Place, root } from "./library.js";
import { run } from "./program.js";

const execute = promisify(execFile);

let consumer: Consumer;
beforeAll(async () => {
	consumer = await newConsumer("esbuild@0.28.2", "rolldown@1.2.19");
	for (const name of ["bundle.mjs", "library.mjs"])
		copyFileSync(join(root, "examples", name), join(consumer.directory, name));
}, 600_000);
afterAll(() => consumer.remove());

test.each(["esbuild", "rolldown"])(
	"a bundle that %s makes works without the package",
	async (bundler) => {
		const { directory } = consumer;
		rmSync(join(directory, "bundled"), { recursive: true, force: true });
		await execute(process.execPath, ["bundle.mjs", bundler], { cwd: directory });
		expect(readdirSync(join(directory, "bundled"))).toEqual(
			expect.arrayContaining(["library.js", "worker.js", "deleter.js"]),
		);
		await using place = new Place();
		// In a separate directory, so that only the bundle and the native module are found.
		const modules = join(directory, "node_modules");
		const away = join(directory, "away", bundler);
		await execute("mkdir", ["-p", join(away, "node_modules")]);
		await execute("cp", ["-r", join(directory, "bundled"), join(directory, "package.json"), away]);
		await execute("cp", ["-r", join(modules, "@koromix"), join(away, "node_modules")]);
		const program = [process.execPath, join(away, "bundled/library.js")];
		const env = { ...process.env, UMLNET_STATE_DIR: place.stateDir };
		const { code, stdout, stderr } = await run(place.machine, program, { env, cwd: away });
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout).toContain("tap0 is up");
		expect(stdout).toContain("ERR_SPEC: ");
		expect(place.links).toEqual([]);
	},
	120_000,
);
