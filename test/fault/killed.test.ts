/**
 * A command is killed (kill -9) as it enters a system call, before the call does anything. Then another process
 * recovers, and the host must be exactly as before or exactly as after. A full run does this at every system call after
 * the first access to the state directory; CI does it at those that touch the network or the journal, and at a few of
 * the runtime's own.
 */
import { describe, expect, vi } from "vitest";
import { difference } from "../../src/oracle/snapshot.js";
import type { Spec } from "../../src/spec/model.js";
import { checkSpec } from "../../src/spec/spec.js";
import { S1, S2, S3, VARIANTS } from "../kernel/specs.js";
import { umlnet } from "../kernel/umlnet.js";
import { inLane, THOROUGH, until } from "./campaign.js";
import { DOWN, killTest, type Scenario } from "./kill.js";

const flags = ["--owner", "500"];
const host = ["--address", "192.168.33.33/24"];
const nat = { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] };

const byFlags = (name: string, spec: Spec, ...up: string[]): Scenario => ({
	name,
	spec,
	up: ["up", "tap0", ...flags, ...up],
});
/** A scenario whose spec is in a file. */
function byFile(name: string, network: object, ...taps: string[]): Scenario {
	const each = taps.map((tap) => [tap, { network: "lab", owner: 500 }]);
	const value = { version: 1, networks: { lab: network }, taps: Object.fromEntries(each) };
	return { name, spec: checkSpec(value), up: ["up"], file: JSON.stringify(value) };
}

const BRIDGED = byFlags("S2", S2, "--bridge", "br0", "--uplink", "eth1");
const NAT = byFlags("S3", S3, ...host, "--nat", "eth1", "--snat-to", "10.33.33.34");
const FEW: readonly Scenario[] = [byFlags("S1", S1, ...host), BRIDGED, NAT];
const MORE: readonly Scenario[] = [
	byFlags("proxy ARP", VARIANTS["proxy ARP"] as Spec, ...host, "--proxy-arp"),
	byFile("forwarding of the whole host", { ...nat, forwarding: "global" }, "tap0"),
	byFile("NAT behind a bridge", { ...nat, bridge: "br0" }, "tap0", "tap1"),
	byFile("two taps of a LAN", { mode: "bridged", bridge: "br0", uplink: "eth1" }, "tap0", "tap1"),
	byFile("three taps, each a segment", { mode: "host-only" }, "tap0", "tap1", "tap2"),
];
const SCENARIOS = THOROUGH ? [...FEW, ...MORE] : FEW;

const test = killTest(`${SCENARIOS.length} scenarios`);

// Each test kills dozens or hundreds of processes one after the other, and checks what each has left.
vi.setConfig({ testTimeout: 3_600_000 });

describe.each(SCENARIOS)("$name", (scenario) => {
	const { spec } = scenario;

	test("killed at any point of up, it is undone by recover, or it was done", async ({
		campaign,
	}) => {
		const args = campaign.commandOf(scenario);
		const points = campaign.pointsOf(args, "ours");
		expect(points.length).toBeGreaterThan(5);
		const ended = await campaign.killAtAll(scenario, () => campaign.clear(), points, args);
		expect(ended).toContain("down");
	});

	test("killed at any point of down, it is undone by recover, or finished", async ({
		campaign,
	}) => {
		await campaign.up(spec);
		const points = campaign.pointsOf(DOWN, "ours");
		expect(points.length).toBeGreaterThan(5);
		const ended = await campaign.killAtAll(scenario, () => campaign.up(spec), points, DOWN);
		if (inLane(points).length * 4 > points.length) expect(ended).toEqual(new Set(["up", "down"]));
		else expect(ended.size).toBeGreaterThan(0);
	});
});

const KILLED_IN = THOROUGH
	? SCENARIOS.map((one, i) => ({ ...one, verb: i % 2 === 0 ? ("up" as const) : ("down" as const) }))
	: [{ ...BRIDGED, verb: "up" as const }];

test.for(KILLED_IN)(
	"after a killed $verb recover may be killed too: $name",
	async ({ verb, ...scenario }, { campaign }) => {
		const leaveHalfDone = await campaign.halfDone(scenario, verb);
		await leaveHalfDone();
		const points = campaign.pointsOf(["recover"], "ours");
		expect(campaign.lab.changes(campaign.before)).toEqual([]);
		expect(points.length).toBeGreaterThan(3);
		const ended = await campaign.killAtAll(scenario, leaveHalfDone, points, ["recover"]);
		expect(ended).toEqual(new Set(["down"]));
	},
);

test("whoever comes next needs no recover: up first ends what was left half done", async ({
	campaign,
}) => {
	const { lab, before } = campaign;
	await (await campaign.halfDone(NAT, "up"))();
	expect((await lab.run((host) => host.status())).result.unfinished).toBe("up tap0");
	await campaign.up(NAT.spec);
	expect((await campaign.up(NAT.spec)).mutations).toEqual([]);
	await campaign.down();
	expect(lab.changes(before)).toEqual([]);
});

test("what cannot be proven ours any more is named and left alone", async ({ campaign }) => {
	const { lab, before } = campaign;
	const recover = () => umlnet({ netns: lab.host.path, stateDir: lab.stateDir }, "recover");
	await (await campaign.halfDone(BRIDGED, "up"))();
	const theirs = "ip link set br0 down; ip link set br0 name brx; ip link set brx alias mine";
	lab.host.sh(theirs);
	const recovered = recover();
	expect(recovered.status).toBe(0);
	expect(recovered.stderr).toMatch(
		/left alone, as it cannot be proven to be umlnet-nl's: link brx, .*create bridge br0/,
	);
	expect(lab.host.sh("ip -br link")).toContain("brx");
	expect(recover().stderr).toBe("nothing to do\n");
	lab.host.sh("ip link delete brx");
	expect(difference(before, await lab.lookSettled())).toEqual([]);
});

const VERBS = ["up", "down", "recover"] as const;
/** All scenarios take hours, so CI runs one for each verb. */
const WITHIN_RUNTIME = THOROUGH
	? SCENARIOS.flatMap((one) => VERBS.map((verb) => ({ ...one, verb })))
	: VERBS.map((verb) => ({ ...BRIDGED, verb }));
/** The remaining time is divided equally among them. */
const share = (at: number): number =>
	Date.now() + (until - Date.now()) / (WITHIN_RUNTIME.length - at);

test.for(WITHIN_RUNTIME.map((one, at) => ({ ...one, at })))(
	"killed within the runtime as well: $name, $verb",
	async ({ verb, at, ...scenario }, { campaign }) => {
		const deadline = share(at);
		const ready = {
			up: () => campaign.clear(),
			down: () => campaign.up(scenario.spec),
			recover: await campaign.halfDone(scenario, at % 2 === 0 ? "up" : "down"),
		}[verb];
		const args = { up: campaign.commandOf(scenario), down: DOWN, recover: ["recover"] }[verb];
		await ready();
		const points = campaign.pointsOf(args, "the runtime's own");
		expect(points).not.toEqual([]);
		const ended = await campaign.killAtAll(scenario, ready, points, args, deadline);
		if (verb === "recover") expect(ended).not.toContain("up");
	},
);
