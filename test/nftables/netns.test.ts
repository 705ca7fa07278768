import { readlinkSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apply, type Document, list, watch } from "../../src/nftables/index.js";
import { Machine } from "../kernel/machine.js";

const TABLE: Document = { nftables: [{ add: { table: { family: "inet", name: "elsewhere" } } }] };
const FILTER = { family: "inet", table: "elsewhere" } as const;
const here = (): string => readlinkSync("/proc/thread-self/ns/net");

let other: Machine;
let home: Machine;
beforeAll(() => {
	other = new Machine();
	home = new Machine();
	home.enter();
});
afterAll(() => {
	other.close();
	home.close();
});

test("rules are applied, listed and watched in another namespace, and the thread stays where it is", async () => {
	const before = here();
	const ended = new AbortController();
	const changes = watch({ netns: other.path, signal: ended.signal });
	apply(TABLE, { netns: other.path });
	expect(list(FILTER, { netns: other.path }).nftables).toMatchObject([
		{ table: { family: "inet", name: "elsewhere" } },
	]);
	expect(list(FILTER).nftables).toEqual([]);
	const { value } = await changes.next();
	expect(value).toMatchObject({ add: { table: { name: "elsewhere" } } });
	ended.abort();
	await changes.return();
	expect(here()).toBe(before);
});

test("a document that is refused, and a namespace that is not there, leave the thread where it is", () => {
	const before = here();
	const broken: Document = { nftables: [{ delete: { table: { family: "inet", name: "none" } } }] };
	expect(() => apply(broken, { netns: other.path })).toThrow(/ENOENT/);
	expect(() => list({}, { netns: "no-such-namespace" })).toThrow(
		expect.objectContaining({ code: "ERR_SPEC" }),
	);
	expect(() => list({}, { netns: "/proc/self/ns/mnt" })).toThrow(
		expect.objectContaining({ code: "ERR_SPEC" }),
	);
	expect(here()).toBe(before);
});
