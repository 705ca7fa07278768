import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import type { UpRequest } from "../../src/engine/plan.js";
import { KernelError, UmlnetError } from "../../src/sys/error.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { busyLan, lan } from "./hosts.js";
import { upOf } from "./requests.js";
import { Rig, scratch } from "./rig.js";
import { specs, tapsIn } from "./scenarios.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

interface Start {
	readonly host: (kernel: FakeKernel) => void;
	readonly before?: UpRequest;
	readonly request: UpRequest;
}
const of = (spec: (typeof specs)[keyof typeof specs]): UpRequest => ({ id: 0, taps: tapsIn(spec) });
const STARTS: readonly Start[] = [
	{ host: lan, request: of(specs.routedOne) },
	{ host: lan, request: of(specs.masquerade) },
	// Our table already exists, so only an element is created.
	{ host: lan, before: of(specs.masquerade), request: upOf(1, "nat") },
	{ host: lan, before: of(specs.masquerade), request: upOf(1, "snat") },
	{ host: busyLan, request: of(specs.bridged) },
];

/** The kernel's answer if a link of that name, or such an object, already exists. */
const taken = (operation: string): KernelError =>
	new KernelError(operation, operation === "ioctl(TUNSETIFF)" ? "EBUSY" : "EEXIST");

function ready({ host, before }: Start): Rig {
	const rig = new Rig(directory, host);
	if (before !== undefined) rig.engine.up([before]);
	rig.kernel.heal();
	return rig;
}

/** What is reported for a step if the k-th operation is refused because its object already exists. */
function toldAt(start: Start, k: number, operation: string): [step: string, told: string[]][] {
	const rig = ready(start);
	rig.kernel.failAt(k, taken(operation), "once", "before");
	try {
		rig.engine.up([start.request]);
		return [];
	} catch (error) {
		if (!(error instanceof UmlnetError)) throw error;
		return error.code === "ERR_CONFLICT"
			? [[error.step ?? "", [error.message, error.hint ?? ""]]]
			: [];
	} finally {
		rig.close();
	}
}

function toldOf(start: Start): [step: string, told: string[]][] {
	const rig = ready(start);
	rig.engine.up([start.request]);
	const operations = [...rig.kernel.operations];
	rig.close();
	return operations.flatMap(({ name, mutates }, i) => (mutates ? toldAt(start, i + 1, name) : []));
}

const elsewhere = (name: string): string =>
	`choose another name, or remove it first: ip link delete ${name}; or umlnet-nl recover --strays, if umlnet-nl status lists it`;
const seenBy = (command: string): string => `remove it if nobody needs it; to see it: ${command}`;
const other = (subject: string): string =>
	`${subject}: found one that is not ours, wanted a new one`;

test("whatever is in the way of something we make is told, and how to see it", () => {
	expect(Object.fromEntries(STARTS.flatMap(toldOf))).toMatchObject({
		"create tap tap0": [
			"link tap0: found one that is not ours, wanted a new tap tap0",
			elsewhere("tap0"),
		],
		"create bridge br0": [
			"link br0: found one that is not ours, wanted a new bridge br0",
			elsewhere("br0"),
		],
		"add address 192.168.33.33/24 to tap0": [
			other("address 192.168.33.33/24 to tap0"),
			seenBy("ip address"),
		],
		"add route 10.0.0.5/32 dev tap0": [
			other("route 10.0.0.5/32 dev tap0"),
			seenBy("ip route show table all"),
		],
		"create nft table inet umlnet-nl": [
			other("nft table inet umlnet-nl"),
			seenBy("nft list ruleset"),
		],
		"add source NAT of tap1 to eth1 (masquerade)": [
			other("source NAT of tap1 to eth1 (masquerade)"),
			seenBy("nft list ruleset"),
		],
		"add source NAT of tap1 to eth1 (as 10.33.33.34)": [
			other("source NAT of tap1 to eth1 (as 10.33.33.34)"),
			seenBy("nft list ruleset"),
		],
		"add eth1 to bridge br0": [
			"uplink eth1: found in use by others, wanted a port of br0",
			"a link with a macvlan on it, or in Open vSwitch, can be no port of a bridge: ip -d link; or use mode nat",
		],
		"put address 10.33.33.33/24 on br0": [
			other("address 10.33.33.33/24 on br0"),
			seenBy("ip address"),
		],
		"put default route on br0": [other("default route on br0"), seenBy("ip route show table all")],
		"put neighbour 10.33.33.9 on br0": [
			other("neighbour 10.33.33.9 on br0"),
			seenBy("ip neighbour"),
		],
	});
});

test("a step that makes nothing tells of the kernel's refusal as it is", () => {
	const start = { host: busyLan, request: of(specs.bridged) };
	const steps = toldOf(start).map(([step]) => step);
	expect(steps).not.toEqual([]);
	expect(steps.filter((step) => /^(bring|take|make|set)/.test(step))).toEqual([]);
});
