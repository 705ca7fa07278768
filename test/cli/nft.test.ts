import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Command } from "../../src/nftables/index.js";
import { apply } from "../../src/nftables/index.js";
import { newNetns } from "../../src/sys/netns.js";
import { umlnet } from "./console.js";

let directory: string;
beforeAll(() => {
	newNetns();
	directory = mkdtempSync(join(tmpdir(), "umlnet-nft-"));
});
afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(() => apply({ nftables: [{ flush: { ruleset: null } }] }));

const table = { add: { table: { family: "inet", name: "lab" } } } as const;
const chain = { add: { chain: { family: "inet", table: "lab", name: "c" } } } as const;
const rule = (port: number): Command => ({
	add: {
		rule: {
			family: "inet",
			table: "lab",
			chain: "c",
			expr: [
				{
					match: {
						op: "==",
						left: { payload: { protocol: "tcp", field: "dport" } },
						right: port,
					},
				},
				{ accept: null },
			],
		},
	},
});
const text = (...nftables: readonly Command[]): string => JSON.stringify({ nftables });
const nft = (argv: readonly string[], stdin = "") => umlnet(["nft", ...argv], { stdin });
const listed = async (...argv: readonly string[]): Promise<readonly unknown[]> => {
	const { status, stdout, stderr } = await nft(["list", ...argv]);
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	return JSON.parse(stdout).nftables;
};

describe("apply", () => {
	test("from standard input and from a file; what is listed can be applied", async () => {
		const done = await nft(["apply", "-f", "-"], text(table, chain, rule(22)));
		expect(done).toMatchObject({ status: 0, stdout: "", stderr: "applied\n", opened: [] });
		const { stdout } = await nft(["list"]);
		const file = join(directory, "rules.json");
		const flush = { flush: { ruleset: null } };
		writeFileSync(file, JSON.stringify({ nftables: [flush, ...JSON.parse(stdout).nftables] }));
		expect(await nft(["apply", "-q", "-f", file])).toMatchObject({ status: 0, stderr: "" });
		const plain = (json: string) => json.replace(/"handle":\d+/g, "");
		expect(plain((await nft(["list"])).stdout)).toBe(plain(stdout));
	});

	test("--check changes nothing, whatever the kernel says", async () => {
		const good = await nft(["apply", "--check", "-f", "-"], text(table, chain, rule(22)));
		expect(good).toMatchObject({ status: 0, stderr: "valid; nothing was changed\n" });
		const bad = await nft(["apply", "--check", "-f", "-"], text(table, rule(22)));
		expect(bad.status).toBe(3);
		expect(await listed()).toHaveLength(1);
	});

	test("what the document asks is answered, a line each; --echo adds the document with handles", async () => {
		const asked = text(table, chain, { list: { chains: null } }, { list: { tables: null } });
		const { status, stdout, stderr } = await nft(["apply", "--echo", "-f", "-"], asked);
		expect({ status, stderr }).toEqual({ status: 0, stderr: "applied\n" });
		const [chains, tables, echo, ...rest] = stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line).nftables);
		expect(rest).toEqual([]);
		const metainfo = { metainfo: { json_schema_version: 1 } };
		expect(chains).toMatchObject([metainfo, chain.add]);
		expect(tables).toMatchObject([metainfo, table.add]);
		expect(echo.slice(0, 2)).toMatchObject([table, chain]);
		expect(echo[0].add.table.handle).toBe(tables[1].table.handle);
	});

	test("with --json the answers are members of the result", async () => {
		const argv = ["apply", "--json", "-f", "-"];
		const { stdout } = await nft(argv, text(table, { list: { tables: null } }));
		expect(JSON.parse(stdout)).toMatchObject({
			applied: true,
			answers: [{ nftables: [{ metainfo: {} }, table.add] }],
		});
	});

	test("a document that is wrong: exit 2, and where", async () => {
		const { status, stdout, stderr } = await nft(
			["apply", "-f", "-"],
			text(table, chain, rule(1e6)),
		);
		expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
		expect(stderr).toContain("error[ERR_NFT] $.nftables[2].add.rule.expr[0].match.right");
		expect(stderr).toContain("nothing was changed");
		expect(await listed()).toHaveLength(1);
	});

	test("a document that says what is unknown: exit 2", async () => {
		const { status, stderr } = await nft(["apply", "-f", "-"], '{"nftables":[{"add":{"x":{}}}]}');
		expect(status).toBe(2);
		expect(stderr).toContain("error[ERR_NFT_UNSUPPORTED] $.nftables[0].add");
	});

	test("what the kernel refuses: exit 3, nothing of the document stays", async () => {
		const argv = ["apply", "--json", "-f", "-"];
		const { status, stdout } = await nft(argv, text(table, rule(22)));
		expect(status).toBe(3);
		expect(JSON.parse(stdout)).toMatchObject({
			error: { code: "ERR_KERNEL", errno: "ENOENT", path: "$.nftables[1].add.rule" },
		});
		expect(await listed()).toHaveLength(1);
	});

	test.each([
		[["apply"], "", "required option"],
		[["apply", "-f", "/no/such/file"], "", "there is no file"],
		[["apply", "-f", "-"], "{", "<stdin> is not JSON"],
		[["appli", "-f", "-"], "{", "unknown command"],
		[["list", "--table", "lab"], "", "FAMILY:NAME"],
		[["list", "--table", "ipx:lab"], "", "FAMILY:NAME"],
		[["list", "--table", "inet:lab"], "", "there is no table inet:lab"],
		[[], "", "which subcommand"],
	])("bad usage: %j", async (argv, stdin, complaint) => {
		const { status, stdout, stderr } = await nft(argv, stdin);
		expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
		expect(stderr).toContain(complaint);
	});

	test("a namespace that is not there: exit 2", async () => {
		const { status, stderr } = await nft(["list", "-n", "no-such-namespace"]);
		expect(status).toBe(2);
		expect(stderr).toContain("there is no network namespace no-such-namespace");
	});
});

test("list --table lists that table alone", async () => {
	apply({ nftables: [table, chain, { add: { table: { family: "ip", name: "lab" } } }] });
	expect(await listed()).toHaveLength(4);
	expect(await listed("--table", "inet:lab")).toMatchObject([
		{ metainfo: { json_schema_version: 1 } },
		table.add,
		chain.add,
	]);
});

test("watch writes a line for each change, until nobody reads them", async () => {
	const watching = umlnet(["nft", "watch"], { lines: 3 });
	const timer = setInterval(() => {
		apply({ nftables: [table, chain, rule(22), { delete: table.add }] });
	}, 50);
	const { status, stdout, stderr } = await watching;
	clearInterval(timer);
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	const [first, second, third] = stdout.split("\n").map((line) => line && JSON.parse(line));
	expect([first, second, third]).toMatchObject([table, chain, rule(22)]);
});
