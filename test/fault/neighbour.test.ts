/**
 * Before each change that `up` or `down` requests, somebody else does something on the same host. Our command must end
 * with success or a typed error. Then everything of ours can be taken down, and once the other has reverted their
 * action, the host must be as before us.
 */
import { afterAll, expect, test, vi } from "vitest";
import { difference, type Snapshot } from "../../src/oracle/snapshot.js";
import type { Spec } from "../../src/spec/model.js";
import { UmlnetError } from "../../src/sys/error.js";
import { Dice } from "../engine/dice.js";
import { Lab } from "../kernel/lab.js";
import { S1, S2, S3, VARIANTS } from "../kernel/specs.js";
import { inLane, report, seed, THOROUGH } from "./campaign.js";

vi.setConfig({ testTimeout: 3_600_000 });

/** What somebody else has on the host. */
const THEIRS = `
ip link add other address 02:00:00:00:00:0a type bridge
sysctl -qw net.ipv6.conf.other.disable_ipv6=1
ip link set other up
ip tuntap add theirs mode tap user 1000
ip address add 10.77.0.1/24 dev theirs
nft add table inet mine
nft add chain inet mine input '{ type filter hook input priority 0; }'
nft add rule inet mine input counter
nft add set inet mine masqueraded '{ type ipv4_addr; elements = { 10.9.9.9 }; }'
`;
const TABLE = `
nft delete table inet mine 2> /dev/null || true
${THEIRS.trim().split("\n").slice(5).join("\n")}
`;
const ADDRESS = `
ip address replace 10.33.33.34/8 dev eth1
ip route replace default via 10.33.33.1
`;
/**
 * While ours was on the bridge, theirs was a secondary address, and now it is the first one of its subnet
 * (promote_secondaries), so deleting it deletes ours.
 */
const SECONDARY = `ip address delete 10.33.33.77/8 dev eth1; ${ADDRESS}`;
const gone = (link: string): string => `ip link delete ${link}`;
const ELEMENT = `'{ "tap7" . "eth1" }'`;

/** Actions, each with the commands that revert it. One that is impossible at that moment is not done. */
const ACTIONS: readonly (readonly [act: string, mend?: string])[] = [
	["ip link delete tap0"],
	["ip link set tap0 down"],
	["ip link set tap0 name tapx", gone("tapx")],
	["ip link set tap0 alias mine", gone("tap0")],
	["ip link set tap0 down; ip link set tap0 name tapx; ip link set tapx alias mine", gone("tapx")],
	["ip link set tap0 mtu 1300"],
	["ip link set tap0 address 02:00:00:00:00:09"],
	["ip link set tap0 master other"],
	["ip link set tap0 nomaster"],
	["ip link set tap0 group 7"],
	["ip link set tap0 promisc on"],
	["ip link property add dev tap0 altname guest"],
	["ip address add 10.99.0.1/24 dev tap0"],
	["ip address flush dev tap0"],
	["ip address delete 192.168.33.33/24 dev tap0"],
	["ip route add 10.98.0.0/16 dev tap0"],
	["ip neigh add 192.168.33.34 lladdr 02:00:00:00:00:07 dev tap0"],
	["sysctl -qw net.ipv4.conf.tap0.forwarding=0"],
	["sysctl -qw net.ipv4.conf.tap0.proxy_arp=1"],
	["ip link delete br0"],
	["ip link set br0 down"],
	["ip link set br0 down; ip link set br0 name brx", gone("brx")],
	["ip link set br0 alias mine", gone("br0")],
	["ip link set br0 type bridge stp_state 1"],
	["ip link set br0 address 02:00:00:00:00:09"],
	// A bridge that has its uplink's addresses also gives back those that it got in the meantime.
	["ip address add 10.97.0.1/24 dev br0", "ip address delete 10.97.0.1/24 dev eth1"],
	["ip link set eth1 nomaster"],
	["ip link set eth1 master other", "ip link set eth1 nomaster"],
	["ip link set eth1 alias uplink", "ip link set eth1 alias ''"],
	["ip link set eth1 mtu 1400", "ip link set eth1 mtu 1500"],
	["ip address add 10.33.33.77/8 dev eth1", SECONDARY],
	["ip address delete 10.33.33.34/8 dev eth1", ADDRESS],
	["ip route delete default", ADDRESS],
	["ip route add 10.96.0.0/16 via 10.33.33.9", "ip route delete 10.96.0.0/16"],
	["sysctl -qw net.ipv4.conf.eth1.forwarding=1", "sysctl -qw net.ipv4.conf.eth1.forwarding=0"],
	["sysctl -qw net.ipv4.conf.eth1.forwarding=0"],
	["sysctl -qw net.ipv4.ip_forward=1", "sysctl -qw net.ipv4.ip_forward=0"],
	["nft flush ruleset", TABLE],
	["nft delete table inet umlnet-nl"],
	["nft flush chain inet umlnet-nl postrouting"],
	["nft add rule inet umlnet-nl postrouting counter"],
	["nft add chain inet umlnet-nl mine"],
	[`nft add element inet umlnet-nl masqueraded ${ELEMENT}`],
	["nft flush set inet umlnet-nl masqueraded"],
	["nft flush map inet umlnet-nl snat_to"],
	["nft add table ip another", "nft delete table ip another"],
	["nft add table inet umlnet-nl '{ comment \"theirs\"; }'", "nft delete table inet umlnet-nl"],
	["ip tuntap add tap0 mode tap user 1000", gone("tap0")],
	["ip link add br0 type bridge", gone("br0")],
	["ip link add tap0 type veth peer name v9", gone("tap0")],
	["ip rule add from 10.1.1.1 lookup 100", "ip rule delete from 10.1.1.1 lookup 100"],
	["ip link set other mtu 1400", "ip link set other mtu 1500"],
	["ip link set theirs alias 'umlnet-nl lab'", "ip link set theirs alias ''"],
	[
		"nft add element inet mine masqueraded '{ 10.9.9.8 }'",
		"nft delete element inet mine masqueraded '{ 10.9.9.8 }'",
	],
];

const SCENARIOS: readonly (readonly [name: string, spec: Spec])[] = [
	["S1", S1],
	["S2", S2],
	["S3", S3],
	["NAT of a bridge", VARIANTS["NAT of a bridge with four taps"] as Spec],
	["forwarding for the whole host", VARIANTS["forwarding for the whole host"] as Spec],
	["routed guests", VARIANTS["routed guests"] as Spec],
];

const EVERY = `${ACTIONS.length} actions, each before every step of ${SCENARIOS.length} scenarios, up and down`;

const open = () => Lab.open(THEIRS);
const change = (lab: Lab, verb: "up" | "down", spec: Spec, meddling?: Parameters<Lab["run"]>[1]) =>
	lab.run<unknown>((host) => (verb === "up" ? host.up(spec) : host.down({ all: true })), meddling);

/** How many changes a run requests if nobody else acts. */
async function stepsOf(verb: "up" | "down", spec: Spec): Promise<number> {
	const lab = await open();
	if (verb === "down") await change(lab, "up", spec);
	const { changes } = await change(lab, verb, spec);
	lab.close();
	return changes;
}

interface Case {
	readonly name: string;
	readonly spec: Spec;
	readonly verb: "up" | "down";
	readonly step: number;
	readonly action: (typeof ACTIONS)[number];
}

/** Run something of ours that may fail, but only with a typed error. */
async function outcome(work: () => Promise<unknown>): Promise<string> {
	try {
		await work();
		return "done";
	} catch (error) {
		if (error instanceof UmlnetError) return `${error.code}: ${error.message}`;
		throw error;
	}
}

const took = new Set<string>();

/** The host of the last case is used again if that has left no trace. */
let spare: { readonly lab: Lab; readonly before: Snapshot } | undefined;
afterAll(() => spare?.lab.close());
async function clean() {
	if (spare === undefined) {
		const lab = await open();
		return { lab, before: lab.look() };
	}
	const host = spare;
	spare = undefined;
	return host;
}

async function flawOf({ name, spec, verb, step, action: [act, mend = "true"] }: Case) {
	const { lab, before } = await clean();
	let met = "nobody came";
	const log: string[] = [];
	try {
		if (verb === "down") await change(lab, "up", spec);
		const meddling = {
			before: step,
			act: () => {
				met = lab.host.sh(`(${act}) > /dev/null 2>&1 && echo did it || echo could not`).trim();
			},
		};
		log.push(await outcome(() => change(lab, verb, spec, meddling)));
		if (met === "did it") took.add(act);
		const end = async () => {
			log.push(await outcome(() => lab.run((host) => host.recover())));
			log.push(await outcome(() => change(lab, "down", spec)));
		};
		await end();
		if (met === "did it") lab.host.sh(`(${mend}) 2> /dev/null || true`);
		if (log.at(-1) !== "done") await end();
		if (log.at(-1) !== "done") throw new Error("it cannot be taken down");
		if (met === "nobody came") throw new Error(met);
		const found = difference(before, await lab.lookSettled(), { except: EXCEPT });
		const left = found.filter((line) => !isTheirs(act, line));
		if (found.length === 0) spare = { lab, before };
		return left.length === 0
			? []
			: [`${name} ${verb}, ${step}: ${act}: ${left.join("\n  ")}\n  ${log.join("\n  ")}`];
	} catch (error) {
		return [`${name} ${verb}, ${step}: ${act}: ${error}\n  ${log.join("\n  ")}`];
	} finally {
		if (spare?.lab !== lab) lab.close();
	}
}
const EXCEPT = ["conntrack"];

/** What the other cannot revert without a trace: a table that is created again has another handle. */
const isTheirs = (act: string, line: string): boolean =>
	(act === "nft flush ruleset" && /^nft .*mine/.test(line)) ||
	// Properties of a bridge that its former ports have changed.
	/^link other: IFLA_(TSO_MAX_SIZE|CARRIER|OPERSTATE|GSO\w*)|^link other: IFLA_TSO/.test(line);

test(`whatever somebody else does, theirs stays and ours goes, seed ${seed}`, async () => {
	const cases: Case[] = [];
	for (const [name, spec] of THOROUGH ? SCENARIOS : SCENARIOS.slice(0, 3))
		for (const verb of ["up", "down"] as const) {
			const steps = await stepsOf(verb, spec);
			expect(steps).toBeGreaterThan(0);
			for (let step = 1; step <= steps; step++)
				for (const action of ACTIONS) cases.push({ name, spec, verb, step, action });
		}
	const dice = new Dice(seed);
	const chosen = THOROUGH ? cases : Array.from({ length: 100 }, () => dice.pick(cases));
	const flaws: string[] = [];
	for (const one of inLane(chosen)) flaws.push(...(await flawOf(one)));
	const untried = ACTIONS.map(([act]) => act).filter((act) => !took.has(act));
	report({
		campaign: "hostile neighbour",
		cases: inLane(chosen).length,
		deviations: flaws.length,
		seed,
		notes: THOROUGH ? EVERY : `some of ${ACTIONS.length} actions`,
		untried,
	});
	expect(flaws).toEqual([]);
	expect(took.size).toBeGreaterThan(ACTIONS.length / 3);
});
