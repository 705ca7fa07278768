/**
 * Runs the kernel suite as somebody who is not root: a user who has only CAP_NET_ADMIN, and the root of a user
 * namespace who has no rights outside of it.
 */
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inLane, report, THOROUGH } from "./campaign.js";

const FEW = ["scenarios", "uplink", "twice", "failing", "meddling"];
const ALL = [...FEW, "verify", "network", "differential", "walk", "random"];

/** The users, and the files that are run as each; `contract` needs the rights of the test itself. */
const WHO: Readonly<Record<string, readonly string[]>> = {
	net_admin: THOROUGH ? ALL : FEW,
	rootless: THOROUGH ? [...ALL, "contract"] : ["scenarios", "contract"],
};

interface Ended {
	readonly numPassedTests: number;
	readonly numFailedTests: number;
	readonly numPendingTests: number;
	readonly testResults: readonly { readonly name: string }[];
}

/** Run some files of the suite, in a separate vitest. */
async function runAs(who: string, files: readonly string[]): Promise<Ended & { said: string }> {
	const directory = mkdtempSync(join(tmpdir(), "umlnet-nl-"));
	// The root of the user namespace has no rights here, but must write to this directory.
	chmodSync(directory, 0o777);
	const result = join(directory, "result.json");
	const script = join(import.meta.dirname, "privilege");
	const reporters = [
		"--testTimeout=600000",
		"--reporter=default",
		"--reporter=json",
		`--outputFile.json=${result}`,
	];
	const tests = files.map((name) => `test/kernel/${name}.test.ts`);
	const env = {
		...process.env,
		UMLNET_FAULTS: "",
		UMLNET_RESULTS: undefined,
		UMLNET_LANE: undefined,
	};
	try {
		const said = await new Promise<string>((resolve) => {
			const options = { env, maxBuffer: 64 * 1024 * 1024 };
			execFile(script, [who, ...reporters, ...tests], options, (_, stdout, stderr) =>
				resolve(`${stdout}\n${stderr}`),
			);
		});
		return { ...(JSON.parse(readFileSync(result, "utf8")) as Ended), said };
	} finally {
		rmSync(directory, { recursive: true });
	}
}

test.each(inLane(Object.entries(WHO)))(
	"as %s it is as for root",
	async (who, files) => {
		const ended = await runAs(who, files);
		const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = ended;
		const cases = passed + failed + skipped;
		report({
			campaign: `least privilege: ${who}`,
			cases,
			deviations: failed + skipped,
			notes: "tests",
		});
		expect(failed + skipped, ended.said).toBe(0);
		expect(ended.testResults).toHaveLength(files.length);
		expect(passed).toBeGreaterThan(files.length);
	},
	1_800_000,
);
