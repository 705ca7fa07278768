import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LinuxKernel } from "../../src/kernel/linux.js";
import { readIndex } from "../../src/kernel/read.js";
import { chainsNaming } from "../../src/kinds/foreign-rules.js";
import { uplink } from "../../src/kinds/uplink.js";
import { newNetns } from "../../src/sys/netns.js";
import { lan } from "../engine/hosts.js";
import { Stage } from "./stage.js";

function run(command: string, input = ""): void {
	const [program = "", ...args] = command.split(" ");
	const { status, stderr } = spawnSync(program, args, { encoding: "utf8", input });
	if (status !== 0) throw new Error(`${command}: exit ${status}\n${stderr}\n${input}`);
}

let kernel: LinuxKernel;
let eth1: { readonly name: string; readonly index: number };
beforeAll(() => {
	newNetns();
	for (const name of ["eth1", "eth10"]) run(`ip link add ${name} type veth peer name peer-${name}`);
	kernel = new LinuxKernel();
	eth1 = { name: "eth1", index: readIndex(kernel, "eth1") ?? 0 };
});
afterAll(() => kernel.close());

/** How many rules of a chain with these rules, in a table of this family, refer to eth1. */
function naming(rules: string, family = "inet", before = "", table = "others"): number {
	run("nft flush ruleset");
	run("nft -f -", `table ${family} ${table} {\n${before}\nchain c {\n${rules}\n}\n}`);
	const [chain, ...more] = chainsNaming(eth1, kernel);
	expect(more).toEqual([]);
	if (chain !== undefined) expect(chain).toMatchObject({ family, table, chain: "c" });
	return chain?.rules ?? 0;
}

test.each([
	'iifname "eth1" drop',
	'oifname != "eth1" accept',
	'iifname "eth*" accept',
	'iif "eth1" accept',
	'oif != "eth1" accept',
	'iifname { "lo", "eth1" } accept',
	'iif { "lo", "eth1" } accept',
	'iifname vmap { "lo" : accept, "eth1" : drop }',
	'tcp dport . iifname { 22 . "eth1" } accept',
	'iif . ip saddr { "eth1" . 10.0.0.0/8 } accept',
	'iifname { "lo", "eth1*" } accept',
	'meta mark set iifname map { "eth1" : 7 }',
	"iif . tcp dport vmap { eth1 . 1-1024 : drop }",
])("%s asks for eth1", (rule) => {
	expect(naming(rule)).toBe(1);
});

test.each([
	'iifname "eth10" drop',
	'iifname "eth10*" drop',
	'iif "eth10" accept',
	'iifname { "lo", "eth10" } accept',
	'iifname { "lo", "eth10*" } accept',
	'ether saddr . iifname { 02:00:00:00:00:01 . "eth10" } accept',
	"tcp dport 22 accept",
])("%s does not", (rule) => {
	expect(naming(rule)).toBe(0);
});

test("a number that is that of its index is no interface", () => {
	const { index } = eth1;
	expect(
		naming(`iif "lo" meta mark ${index} accept\niif "lo" ct mark { 1, ${index} } accept`),
	).toBe(0);
});

test("a set by its name is looked into, and all rules of a chain are counted", () => {
	const sets = 'set s { type ifname; elements = { "lo", "eth1" }; }\nset empty { type ifname; }';
	expect(naming('iifname @s accept\niifname @empty drop\noifname "eth1" drop', "ip", sets)).toBe(2);
});

test("what sees the port itself, and what is ours, is none of it", () => {
	expect(naming('iifname "eth1" drop', "bridge")).toBe(0);
	expect(naming('iifname "eth1" drop', "inet", "", "umlnet-nl")).toBe(0);
	expect(naming('iifname "eth1" drop', "arp")).toBe(1);
});

test("a link that becomes a port is warned of, by chain", () => {
	const stage = new Stage(lan);
	const made = { link: "eth1", bridge: "br0", index: eth1.index, master: 1 } as never;
	const told = (context = stage.context()) =>
		(uplink.warnings?.(made, context) ?? []).filter(({ code }) => code === "WARN_UPLINK_IN_RULES");
	expect(told()).toEqual([]);
	naming('iifname "eth1" drop\niif "eth1" drop');
	expect(told({ ...stage.context(), kernel })).toEqual([
		{
			code: "WARN_UPLINK_IN_RULES",
			message:
				"rules of others name eth1, whose packets are those of br0 once it is a port: 2 rules of inet others c; let them name br0 as well",
		},
	]);
});
