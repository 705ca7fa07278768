import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderDot } from "../../src/cli/render/graph/dot.js";
import { type Graph, graphOf } from "../../src/cli/render/graph/graph.js";
import { layoutOf } from "../../src/cli/render/graph/layout.js";
import { renderMermaid } from "../../src/cli/render/graph/mermaid.js";
import { renderSvg } from "../../src/cli/render/graph/svg.js";
import { printableReport } from "../../src/cli/render/printable.js";
import type { ResourceStatus, StatusReport, TapStatus } from "../../src/service/reports.js";
import { umlnet } from "./console.js";
import { difference, tapStatus } from "./reports.js";

type Report = Pick<StatusReport, "taps" | "resources">;
const resource = (
	kind: string,
	key: string,
	taps: readonly string[],
	...drift: string[]
): ResourceStatus => ({
	...{ kind, key, taps },
	drift: drift.map(difference),
});

const tap0 = tapStatus({
	network: "lab",
	guest: { addresses: ["192.168.33.34/24"], mac: "52:54:00:00:00:01" },
});
const ONE: Report = { taps: [tap0], resources: [resource("tap", "link:tap0", ["tap0"])] };

/** A network with NAT and two guests on a bridge, a LAN, and many taps of which one has drifted. */
const farm = Array.from({ length: 300 }, (_, i) =>
	tapStatus({
		...{ name: `vm${i + 1}`, network: "farm", uplink: "eth1", bridge: "br1", mode: "nat" },
		addresses: ["10.7.0.1/16"],
		guest: { addresses: [`10.7.${(i + 2) >> 8}.${(i + 2) & 255}/16`] },
	}),
);
const LAB: Report = {
	taps: [
		tapStatus({ network: "lab", bridge: "br0", guest: { addresses: ["192.168.33.34/24"] } }),
		{
			...tapStatus({
				name: "tap1",
				network: "lab",
				bridge: "br0",
				guest: { addresses: ["192.168.33.35/24"] },
			}),
			...{ publish: ["8080:80", "2222:22/tcp"] },
		},
		...farm,
		tapStatus({
			name: "tap2",
			network: "lan",
			mode: "bridged",
			bridge: "br2",
			uplink: "eth2",
			addresses: [],
			guest: { addresses: ["10.33.33.36/8"] },
		}),
		tapStatus({ name: "tap3", network: "local", mode: "host-only", uplink: undefined }),
	],
	resources: [
		resource(
			"forwarding",
			"forwarding:eth1",
			["tap0", "tap1"],
			"forwarding of eth1 is off, was switched on",
		),
		resource("tap", "link:vm7", ["vm7"], "vm7: mtu is 1400, was made 1500"),
		resource("table", "table:inet umlnet-nl", ["tap0", "tap1"]),
		resource("publish", "publish:tcp:0.0.0.0:53", ["tap0"]),
		resource("publish", "publish:udp:2001:db8::2:53", ["tap0"]),
		resource("publish", "publish:tcp:0.0.0.0:8080", ["tap1"]),
	],
};

const FORMATS = { svg: renderSvg, dot: renderDot, mermaid: renderMermaid } as const;
const drawn = (report: Report, format: keyof typeof FORMATS): string =>
	`${FORMATS[format](graphOf(printableReport(report))).join("\n")}\n`;

describe.each(["svg", "dot", "mermaid"] as const)("as %s", (format) => {
	test.each([
		["nothing", { taps: [], resources: [] }],
		["one", ONE],
		["lab", LAB],
	])("%s", async (name, report) => {
		await expect(drawn(report, format)).toMatchFileSnapshot(`graph/${name}.${format}`);
	});
});

// `npm run reference` writes it: it is this test with -u.
test("docs/graph.svg, which the README shows, is drawn by the program", async () => {
	await expect(drawn(LAB, "svg")).toMatchFileSnapshot("../../docs/graph.svg");
	const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
	expect(readme).toContain("(docs/graph.svg)");
});

/** Names as the kernel and people may have them. In every format they must come out in printable form. */
const EVIL = [
	'a"b',
	"a<b>&amp;",
	"a\\",
	"a\\n",
	"ä…–",
	"]]>",
	"-->",
	"#quot;",
	"\x1b[31m\u202e",
	"end",
	"a|b",
	"a`b",
	"$(x)",
];
const word = fc.oneof(fc.constantFrom(...EVIL), fc.string({ minLength: 1, maxLength: 12 }));
const anyReport: fc.Arbitrary<Report> = fc
	.array(
		fc.record({
			name: word,
			mode: fc.constantFrom("nat", "bridged", "routed", "host-only", "parked", "unknown"),
			uplink: fc.option(fc.oneof(word, fc.constantFrom("eth1", "eth2")), { nil: undefined }),
			bridge: fc.option(fc.oneof(word, fc.constant("br0")), { nil: undefined }),
			size: fc.oneof(fc.constantFrom(1, 2, 300), fc.nat(20)),
			drifted: fc.nat(12),
			address: word,
		}),
		{ maxLength: 12 },
	)
	.map((networks) => {
		const taps = networks.flatMap(({ name, mode, uplink, bridge, size, address }, n): TapStatus[] =>
			Array.from({ length: size }, (_, i) => ({
				...tapStatus({ name: `t${n}-${i}`, network: `${name}${n}`, uplink, bridge }),
				mode: mode as TapStatus["mode"],
				guest: { addresses: i % 3 === 0 ? [] : [address] },
			})),
		);
		const resources = networks.flatMap(({ drifted, size, address, bridge }, n) => [
			...Array.from({ length: Math.min(drifted, size) }, (_, i) =>
				resource("tap", `link:t${n}-${i}`, [`t${n}-${i}`], address),
			),
			...(size > 1 && drifted > 6
				? [resource("nat", `nat:${n}`, [`t${n}-0`, `t${n}-1`], address)]
				: []),
			...(drifted === 5 && size > 0
				? [resource("bridge", `link:${bridge}`, [`t${n}-0`], address)]
				: []),
		]);
		return { taps, resources };
	});

const sum = ({ nodes }: Graph, kind: string): number =>
	nodes.filter((node) => node.kind === kind).reduce((all, { many }) => all + many, 0);

describe("of any report", () => {
	test("every tap is drawn once, every difference is told, and lines end at boxes", () => {
		fc.assert(
			fc.property(anyReport, (report) => {
				const graph = graphOf(report);
				expect(sum(graph, "tap")).toBe(report.taps.length);
				expect(sum(graph, "guest")).toBe(
					report.taps.filter(({ mode }) => mode !== "parked").length,
				);
				const ids = new Set(graph.nodes.map(({ id }) => id));
				expect(ids.size).toBe(graph.nodes.length);
				for (const { from, to } of graph.edges)
					expect([ids.has(from), ids.has(to)]).toEqual([true, true]);
				const inside = graph.clusters.flatMap(({ nodes }) => nodes);
				expect(new Set(inside).size).toBe(inside.length);
				const told = new Set([...graph.nodes, ...graph.clusters].flatMap(({ drift }) => drift));
				for (const { drift } of report.resources)
					for (const { message } of drift) expect(told).toContain(message);
			}),
		);
	});

	test("no box covers another, and none leaves the picture", () => {
		fc.assert(
			fc.property(anyReport, (report) => {
				const graph = graphOf(report);
				if (graph.nodes.length === 0) return;
				const { boxes, width, height, frames } = layoutOf(graph);
				const all = [...boxes.values()];
				expect(all).toHaveLength(graph.nodes.length);
				for (const one of [...all, ...frames])
					expect(
						one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + one.height <= height,
					).toBe(true);
				const covers = (a: (typeof all)[0], b: (typeof all)[0]) =>
					a.x < b.x + b.width &&
					b.x < a.x + a.width &&
					a.y < b.y + b.height &&
					b.y < a.y + a.height;
				for (const [i, a] of all.entries())
					for (const b of all.slice(i + 1))
						expect(covers(a, b), `${a.node.id} and ${b.node.id}`).toBe(false);
			}),
		);
	});
});

/** The error of a program for documents, or undefined if it accepts all of them. */
function complaint(
	documents: readonly string[],
	program: string,
	...args: readonly string[]
): string | undefined {
	const directory = mkdtempSync(join(tmpdir(), "umlnet-nl-graph-"));
	try {
		const files = documents.map((text, i) => {
			const file = join(directory, `${i}`);
			writeFileSync(file, text);
			return file;
		});
		const { status, stderr, error } = spawnSync(program, [...args, ...files], {
			encoding: "utf8",
			cwd: directory,
		});
		if (error !== undefined) throw error;
		return status === 0 && stderr === "" ? undefined : `${status}: ${stderr}`;
	} finally {
		rmSync(directory, { recursive: true });
	}
}
const reports = [
	ONE,
	LAB,
	{ taps: [], resources: [] },
	...fc.sample(anyReport, { numRuns: 40, seed: 7 }),
];

describe("what others say to it", () => {
	test("SVG is well-formed XML (xmllint)", () => {
		expect(
			complaint(
				reports.map((one) => drawn(one, "svg")),
				"xmllint",
				"--noout",
				"--nonet",
			),
		).toBeUndefined();
		expect(complaint(["<svg>"], "xmllint", "--noout")).toBeDefined();
	});

	test("graphviz draws dot", () => {
		expect(
			complaint(
				reports.map((one) => drawn(one, "dot")),
				"dot",
				"-Tplain",
				"-O",
			),
		).toBeUndefined();
		expect(complaint(["graph {"], "dot", "-Tplain", "-O")).toBeDefined();
	});

	// The lines of a flowchart that we write, according to its grammar (mermaid, flow.jison).
	const QUOTED = String.raw`"(?:[\w .:,/…-]|#\d+;|<br/>)*"`;
	const NODE = String.raw`n\d+\[${QUOTED}\]`;
	const LINES = [
		/^flowchart LR$/,
		new RegExp(`^\\t{1,2}${NODE}$`, "u"),
		new RegExp(`^\\tsubgraph c\\d+\\[${QUOTED}\\]$`, "u"),
		/^\tend$/,
		new RegExp(`^\\tn\\d+ ---(?:\\|${QUOTED}\\|)? n\\d+$`, "u"),
		/^\tclassDef drifted [\w#:,-]+$/,
		/^\tclass n\d+(,n\d+)* drifted$/,
	];
	test("mermaid has lines of its grammar alone, and frames that end", () => {
		for (const report of reports) {
			const lines = drawn(report, "mermaid").trimEnd().split("\n");
			for (const line of lines)
				expect(
					LINES.some((form) => form.test(line)),
					line,
				).toBe(true);
			const many = (form: RegExp) => lines.filter((line) => form.test(line)).length;
			expect(many(/^\tsubgraph/)).toBe(many(/^\tend$/));
		}
	});
});

test("300 taps fit on one screen", () => {
	const graph = graphOf(LAB);
	expect(graph.nodes.length).toBeLessThan(20);
	const { width, height } = layoutOf(graph);
	expect([width < 1400, height < 900]).toEqual([true, true]);
	const alone = Array.from({ length: 300 }, (_, i) =>
		tapStatus({ name: `vm${i}`, network: `vm${i}` }),
	);
	expect(graphOf({ taps: alone, resources: [] }).nodes.length).toBeLessThan(5);
});

describe("the command", () => {
	const host = { status: async () => LAB };

	test("draws SVG, or what -o says", async () => {
		expect(await umlnet(["graph"], { host })).toMatchObject({
			status: 0,
			stdout: drawn(LAB, "svg"),
			stderr: "",
		});
		for (const format of ["svg", "dot", "mermaid"] as const)
			expect((await umlnet(["graph", "-o", format], { host })).stdout).toBe(drawn(LAB, format));
	});

	test("has boxes, lines and frames for programs", async () => {
		const { stdout } = await umlnet(["graph", "--json"], { host });
		expect(JSON.parse(stdout)).toEqual({
			apiVersion: "umlnet.v1",
			...JSON.parse(JSON.stringify(graphOf(LAB))),
		});
	});

	test("refuses what contradicts itself, and other formats", async () => {
		expect(await umlnet(["graph", "-o", "dot", "--json"])).toMatchObject({ status: 2 });
		expect((await umlnet(["graph", "-o", "png"])).stderr).toContain("svg, dot, mermaid");
	});

	test("says where nothing is up, and what it may not read", async () => {
		const nothing = { status: async () => ({ taps: [], resources: [], unseen: ["the rules"] }) };
		const { stdout, stderr } = await umlnet(["graph"], { host: nothing });
		expect(stdout).toContain("nothing is up");
		expect(stderr).toBe("nothing of ours is up\nnot drawn: the rules\n");
	});
});
