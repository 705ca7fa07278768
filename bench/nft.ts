/**
 * `npm run bench:nft [-- --rounds 7]`: large rulesets are compiled, applied and listed by us, by nft and by Go's
 * google/nftables, in turn, in a separate network namespace. Writes bench/results/nft.md and nft.json.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { apply, type Document } from "../src/nftables/index.js";
import { newNetns } from "../src/sys/netns.js";
import { install } from "./install.js";
import { machine } from "./machine.js";
import { built, cache, compiled, root } from "./paths.js";
import { number } from "./report.js";
import { type Figure, figure } from "./sample.js";

const RULES = 10_000;
const ELEMENTS = 100_000;
const inTable = { family: "ip", table: "t" } as const;
const address = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
const table = { add: { table: { family: "ip", name: "t" } } } as const;

const rules = (): Document => ({
	nftables: [
		table,
		{ add: { chain: { ...inTable, name: "c" } } },
		...Array.from({ length: RULES }, (_, i) => ({
			add: {
				rule: {
					...inTable,
					chain: "c",
					expr: [
						{
							match: {
								op: "==",
								left: { payload: { protocol: "ip", field: "saddr" } },
								right: address(i),
							},
						},
						{
							match: {
								op: "==",
								left: { payload: { protocol: "tcp", field: "dport" } },
								right: 1 + (i % 65535),
							},
						},
						{ counter: { packets: 0, bytes: 0 } },
						{ accept: null },
					],
				} as const,
			},
		})),
	],
});
const elements = (): Document => ({
	nftables: [
		table,
		{ add: { set: { ...inTable, name: "s", type: "ipv4_addr" } } },
		{
			add: {
				element: {
					...inTable,
					name: "s",
					elem: Array.from({ length: ELEMENTS }, (_, i) => address(i)),
				},
			},
		},
	],
});

interface Task {
	readonly id: string;
	readonly title: string;
	readonly words: Readonly<Record<Peer, readonly string[]>>;
}
type Peer = "cli" | "nft" | "library" | "go";
const LABELS: Readonly<Record<Peer, string>> = {
	cli: "umlnet-nl nft, the whole process under Node",
	nft: "nft, the whole process",
	library: "umlnet-nl/nftables, the start of its process not counted",
	go: "google/nftables, the start of its process not counted (messages by hand, no JSON; several batches)",
};
const PEERS = Object.keys(LABELS) as Peer[];

const file = (name: string): string => join(cache, `${name}.json`);
const ours = [process.execPath, join(root, "dist/bin/umlnet-nl.cjs"), "nft"];
const library = [process.execPath, compiled("peers/nft_ours.js")];
const goProgram = built("go_nft");
const applyTask = (id: string, title: string, count: number): Task => ({
	id: `apply ${id}`,
	title: `Compile and apply ${title}`,
	words: {
		cli: [...ours, "apply", "-f", file(id)],
		nft: ["nft", "-j", "-f", file(id)],
		library: [...library, "apply", file(id)],
		go: [goProgram, id, `${count}`],
	},
});
const listTask = (id: string, title: string): Task => ({
	id: `list ${id}`,
	title: `List ${title}`,
	words: {
		cli: [...ours, "list"],
		nft: ["nft", "-j", "list", "ruleset"],
		library: [...library, "list"],
		go: [goProgram, "list"],
	},
});

interface Measured {
	readonly milliseconds: number;
	readonly mebibytes: number;
}

/** Run a peer under time(1), which measures its memory. A peer that prints its own time is trusted. */
function measure(peer: Peer, words: readonly string[]): Measured {
	const start = performance.now();
	const { status, stdout, stderr } = spawnSync("/usr/bin/time", ["-f", "%M", ...words], {
		encoding: "utf8",
		maxBuffer: 2 ** 28,
	});
	const wall = performance.now() - start;
	if (status !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
	const itself = peer === "library" || peer === "go";
	const mebibytes = Number(stderr.trim().split("\n").at(-1)) / 1024;
	return { milliseconds: itself ? Number(stdout) : wall, mebibytes };
}

const { values } = parseArgs({ options: { rounds: { type: "string", default: "7" } } });
const rounds = Number(values.rounds);
install();
newNetns();
for (const [name, document] of [
	["rules", rules()],
	["elements", elements()],
] as const)
	writeFileSync(file(name), JSON.stringify(document));

interface Row {
	readonly title: string;
	readonly entries: readonly {
		readonly peer: string;
		readonly milliseconds: Figure;
		readonly mebibytes: Figure;
	}[];
}
const samples = new Map<string, Measured[]>();
const put = (task: Task, peer: Peer, measured: Measured): void => {
	const key = `${task.id} ${peer}`;
	samples.set(key, [...(samples.get(key) ?? []), measured]);
};
const pairs = [
	[applyTask("rules", "10 000 rules", RULES), listTask("rules", "10 000 rules")],
	[
		applyTask("elements", "a set of 100 000 elements", ELEMENTS),
		listTask("elements", "a set of 100 000 elements"),
	],
] as const;
// The first round warms up the caches, and every round begins with another peer.
for (let round = 0; round <= rounds; round++)
	for (const [applied, listed] of pairs)
		for (const i of PEERS.keys()) {
			const peer = PEERS[(i + round) % PEERS.length] as Peer;
			for (const task of [applied, listed]) {
				if (task === applied) apply({ nftables: [{ flush: { ruleset: null } }] });
				const measured = measure(peer, task.words[peer]);
				if (round > 0) put(task, peer, measured);
			}
		}

const results: readonly Row[] = pairs.flat().map((task) => ({
	title: task.title,
	entries: PEERS.map((peer) => {
		const all = samples.get(`${task.id} ${peer}`) ?? [];
		return {
			peer: LABELS[peer],
			milliseconds: figure(all.map(({ milliseconds }) => milliseconds)),
			mebibytes: figure(all.map(({ mebibytes }) => mebibytes)),
		};
	}),
}));
const where = machine();
const page = [
	"# Large rulesets, measured",
	`By \`npm run bench:nft\`, in one run of ${rounds} rounds, on ${where.date.slice(0, 10)} at commit ` +
		`${where.commit}: ${where.cpu}, ${where.cores} cores, Linux ${where.kernel}; ${where.versions.node}, ` +
		`nftables ${where.versions.nftables}. Memory is the most a process had. All peers take turns in every round.`,
	...results.map(({ title, entries }) =>
		[
			`## ${title}`,
			"",
			"| | ms, p50 | p10–p90 | MiB |",
			"|---|---|---|---|",
			...entries.map(
				({ peer, milliseconds: ms, mebibytes }) =>
					`| ${peer} | **${number(ms.p50)}** | ${number(ms.p10)}–${number(ms.p90)} | ${number(mebibytes.p50)} |`,
			),
		].join("\n"),
	),
].join("\n\n");
const folder = join(root, "bench/results");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "nft.md"), `${page}\n`);
writeFileSync(
	join(folder, "nft.json"),
	`${JSON.stringify({ machine: where, rounds, rows: results }, undefined, "\t")}\n`,
);
process.stdout.write(`${page}\n`);
