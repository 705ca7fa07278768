import { setTimeout } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { Progress } from "../../src/cli/progress.js";
import { watched } from "../../src/kernel/watched.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { umlnet } from "./console.js";

const ERASE = "\r\x1b[K";

/** A progress line with a clock and a terminal that the test controls. */
function made(isTTY = true) {
	let now = 0;
	let text = "";
	const sink = {
		write(more: string) {
			text += more;
		},
		isTTY,
		columns: 80,
	};
	const progress = new Progress(sink, () => now);
	return {
		progress,
		/** What is written when a request is made at this time. */
		requestAt(milliseconds: number): string {
			now = milliseconds;
			text = "";
			progress.request();
			return text;
		},
		ended(): string {
			text = "";
			progress.end();
			return text;
		},
	};
}

describe("requests to the kernel", () => {
	test("are told after a second, and not each", () => {
		const { requestAt, ended } = made();
		expect(requestAt(0)).toBe("");
		expect(requestAt(999)).toBe("");
		expect(requestAt(1_000)).toBe(`${ERASE}at work: 3 requests to the kernel, 1 s`);
		expect(requestAt(1_100)).toBe("");
		expect(requestAt(2_500)).toBe(`${ERASE}at work: 5 requests to the kernel, 2 s`);
		expect(ended()).toBe(ERASE);
		expect(requestAt(9_000)).toBe("");
	});

	test("are told to nobody where there is no terminal", () => {
		const { requestAt, ended } = made(false);
		expect(requestAt(5_000) + ended()).toBe("");
	});

	test("of what is quick leave no trace", () => {
		const { requestAt, ended } = made();
		expect(requestAt(500) + ended()).toBe("");
	});
});

describe("who waits for over a second", () => {
	const host = {
		async status() {
			await setTimeout(1_400);
			return { taps: [], resources: [] };
		},
	};
	const waiting = async (argv: readonly string[], around = {}) =>
		(await umlnet(["status", ...argv], { host, tty: true, ...around })).stderr;

	test("is told so on a terminal, until it ends", async () => {
		expect(await waiting([])).toMatch(
			// biome-ignore lint/suspicious/noControlCharactersInRegex: they erase the line
			/^(\r\x1b\[Kwaiting for another umlnet-nl to finish, 1 s)+\r\x1b\[Knothing of ours is up\n$/,
		);
	});

	test.concurrent.each([
		[["--json"], {}],
		[["-q"], {}],
		[[], { tty: false }],
		[[], { env: { TERM: "dumb" } }],
	])("is told nothing of it with %j %j", async (argv, around) => {
		expect(await waiting(argv, around)).not.toContain("waiting");
	});
});

test("a kernel that is watched tells of each request, and answers as it does", () => {
	const kernel = new FakeKernel();
	const onRequest = vi.fn();
	const seen = watched(kernel, onRequest);
	expect(seen.identity).toBe(kernel.identity);
	expect(onRequest).not.toHaveBeenCalled();
	expect(seen.linkName(1)).toBe(kernel.linkName(1));
	expect(onRequest).toHaveBeenCalledTimes(1);
	expect(() => seen.readSysctl("net/no/such/thing")).toThrow();
	expect(onRequest).toHaveBeenCalledTimes(2);
});
