import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { type Field, type Format, flagKey } from "../../src/spec/field.js";
import { FIELDS, guestFields, networkFields, tapFields } from "../../src/spec/fields.js";
import { choicesOf, fieldsOf, wordsOf } from "../../src/spec/schema.js";
import { checkSpec } from "../../src/spec/spec.js";

const file = new URL("../../src/proto/proto.json", import.meta.url);

test.each(["proto.json", "service.json", "comments.json", "messages.ts"])(
	"%s is what npm run proto makes of proto/",
	(name) => {
		const script = new URL("../../scripts/proto.mjs", import.meta.url);
		const command = [script.pathname, "--print", name];
		const made = execFileSync(process.execPath, command, { encoding: "utf8" });
		expect(readFileSync(new URL(name, file), "utf8")).toBe(made);
	},
);

test("proto.json is a protobufjs Root", () => {
	const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(file, "utf8")));
	const Spec = root.lookupType("umlnet.v1.Spec");
	const spec = { version: 1, taps: { tap0: { network: "lab", owner: { id: 500 } } } };
	const bytes = Spec.encode(Spec.fromObject(spec)).finish();
	expect(Spec.toObject(Spec.decode(bytes))).toMatchObject(spec);
});

test("enums are words, a lone oneof is a choice", () => {
	expect(wordsOf("Mode")).toEqual(["nat", "bridged", "routed", "host-only"]);
	expect(wordsOf("Forwarding")).toEqual(["interface", "global"]);
	expect(choicesOf("Account")).toEqual(["uint32", "string"]);
	expect(choicesOf("Guest")).toBeUndefined();
});

test("every field of the schema reaches the Spec", () => {
	const network = {
		mode: "nat",
		bridge: "br0",
		uplink: "eth0",
		addresses: ["10.0.0.1/24"],
		snatTo: ["10.9.9.9"],
		proxyArp: true,
		mtu: 1400,
		isolation: true,
		guard: "none",
		forwarding: "global",
		pool: { size: 8, low: 4, owner: 3, group: 4, vnetHdr: true },
		ipv6: "routed",
		proxyNeighbours: true,
		limits: { download: "100mbit", upload: "20mbit", connections: 500 },
		reaches: ["db"],
		egress: ["10.1.0.0/16", "[2001:db8::/32]:80-90"],
		inbound: "open",
		host: "services",
	};
	const tap = {
		network: "lab",
		owner: 1,
		group: 2,
		mac: "02:00:00:00:00:01",
		mtu: 1400,
		txqueuelen: 77,
		multiQueue: true,
		vnetHdr: true,
		addresses: [],
		guest: { addresses: ["10.0.0.2/24"], mac: "02:00:00:00:00:02" },
		guard: "basic",
		publish: [],
		limits: { download: "1mbit", upload: "2mbit", connections: 3 },
		egress: ["internet"],
		host: "closed",
	};
	// A field that is new in the schema must be added above, and must then be decoded below.
	expect(Object.keys(network)).toEqual([...fieldsOf("Network").keys()]);
	expect(Object.keys(network.pool)).toEqual([...fieldsOf("Pool").keys()]);
	expect(Object.keys(tap)).toEqual([...fieldsOf("Tap").keys()]);
	expect(Object.keys(tap.guest)).toEqual([...fieldsOf("Guest").keys()]);
	const networks = { lab: network, db: { mode: "host-only" } };
	const spec = checkSpec({ version: 1, networks, taps: { tap0: tap } });
	expect(spec.networks.lab).toEqual({ name: "lab", ...network });
	expect(spec.taps.tap0).toEqual({ name: "tap0", ...tap });
});

test("every field has a line whose format is of the type that the schema says", () => {
	const types: Readonly<Record<Format["is"], string>> = {
		user: "Account",
		group: "Account",
		number: "uint32",
		toggle: "bool",
		text: "string",
		word: "an enum",
		link: "string",
		mac: "string",
		addresses: "repeated string",
		hosts: "repeated string",
		ports: "repeated string",
		rate: "string",
		limits: "Limits",
		egress: "repeated string",
		names: "repeated string",
	};
	for (const [message, fields] of Object.entries(FIELDS)) {
		const parts = ["pool", "guest"];
		const schema = [...fieldsOf(message)].filter(([name]) => !parts.includes(name));
		expect(Object.keys(fields).sort()).toEqual(schema.map(([name]) => name).sort());
		for (const [name, { rule, type }] of schema) {
			const [format] = fields[name] as Field;
			expect(format.words).toEqual(wordsOf(type));
			const wanted = format.is === "word" ? type : types[format.is];
			expect([name, [rule, type].filter(Boolean).join(" ")]).toEqual([name, wanted]);
		}
	}
});

test("what may be written without a list says so in the schema, and only that", () => {
	const comments = JSON.parse(readFileSync(new URL("comments.json", file), "utf8")) as Readonly<
		Record<string, { readonly members?: Readonly<Record<string, string>> }>
	>;
	const bare = Object.entries(FIELDS).flatMap(([message, fields]) =>
		Object.entries(fields).flatMap(([name, [{ bare }]]) => {
			const said = comments[message]?.members?.[name]?.includes("A single one needs no list.");
			expect([message, name, said]).toEqual([message, name, bare === true]);
			return bare ? [name] : [];
		}),
	);
	expect(bare).toContain("snatTo");
});

test("a flag sets one field", () => {
	const lines = [tapFields, guestFields, networkFields].flatMap((fields): Field[] =>
		Object.values(fields),
	);
	const flags = lines.flatMap(([, flag]) => flag ?? []);
	expect(flags.length).toBeGreaterThan(10);
	expect(new Set(flags.map(flagKey)).size).toBe(flags.length);
	for (const flag of flags) expect(flag).toMatch(/^--[a-z][a-z0-9]*(-[a-z]+)*( <[A-Z]+>)?$/);
	const toggles = lines.filter(([{ is }]) => is === "toggle").flatMap(([, flag]) => flag ?? []);
	expect(flags.filter((flag) => !flag.includes(" ")).sort()).toEqual(toggles.sort());
});
