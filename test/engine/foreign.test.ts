import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { request } from "../../src/netlink/request.js";
import { UmlnetError } from "../../src/sys/error.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { linkNamed } from "../../src/testing/fake/namespace.js";
import { RTM_DELLINK, RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../src/uapi/netlink.js";
import { NFT_MSG_DELTABLE, NFT_MSG_NEWTABLE } from "../../src/uapi/nf_tables.js";
import { Death, dieAt } from "./death.js";
import { addressOn, arrange } from "./hosts.js";
import { named } from "./named.js";
import { type Rig, scratch } from "./rig.js";
import { noFlaws, type Run, runsOf, told } from "./run.js";
import { changes, type Scenario, starts } from "./scenarios.js";

const directory = scratch();
let cases = 0;
afterAll(() => {
	rmSync(directory, { recursive: true });
	console.log(`${cases} meddlings`);
});

/** Something that somebody else does, whatever the state of the host, and the link that belongs to them afterwards. */
interface Meddling {
	readonly name: string;
	readonly act: (kernel: FakeKernel) => void;
	readonly theirs: string;
}

const indexOf = (kernel: FakeKernel, name: string): number | undefined =>
	linkNamed(kernel.ns, name)?.index;

function deleteLink(kernel: FakeKernel, name: string): void {
	const ifi_index = indexOf(kernel, name);
	if (ifi_index !== undefined) arrange(kernel, request(RTM_DELLINK, 0, { ifi_index }));
}
function change(
	kernel: FakeKernel,
	name: string,
	setting: Parameters<typeof RTM_NEWLINK.encode>[0],
): void {
	const ifi_index = indexOf(kernel, name);
	if (ifi_index !== undefined) arrange(kernel, request(RTM_NEWLINK, 0, { ifi_index, ...setting }));
}
const makeBridge = (kernel: FakeKernel, name: string): void =>
	arrange(
		kernel,
		request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, {
			IFLA_IFNAME: name,
			IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge" },
		}),
	);
/** Replace whatever had a name by a link of somebody else. */
function replace(kernel: FakeKernel, name: string): void {
	deleteLink(kernel, name);
	makeBridge(kernel, name);
}

const meddlings: readonly Meddling[] = [
	{ name: "has a tap0 of their own", act: (kernel) => replace(kernel, "tap0"), theirs: "tap0" },
	{ name: "has a br0 of their own", act: (kernel) => replace(kernel, "br0"), theirs: "br0" },
	{
		name: "takes our bridge away",
		act: (kernel) => deleteLink(kernel, "br0"),
		theirs: "virbr0",
	},
	{ name: "takes our tap away", act: (kernel) => deleteLink(kernel, "tap0"), theirs: "virbr0" },
	{
		name: "empties nf_tables",
		act: (kernel) => {
			kernel.nftables([request(NFT_MSG_DELTABLE, 0, { nfgen_family: 0 })]);
		},
		theirs: "virbr0",
	},
];

/** The present state of their link; empty if they have none. */
const theirs = (kernel: FakeKernel, name: string): string =>
	JSON.stringify(linkNamed(kernel.ns, name) ?? null);

/** What remains of ours on a host. */
const leftOf = (rig: Rig): string[] =>
	[...rig.kernel.ns.links.values()]
		.filter(({ alias }) => alias?.startsWith("umlnet-nl "))
		.map(({ name }) => name);

/** Run something that may fail, but only with a typed error. */
function attempt(act: () => void): UmlnetError | undefined {
	try {
		act();
		return undefined;
	} catch (error) {
		if (error instanceof UmlnetError) return error;
		throw error;
	}
}

/** Somebody acts between two operations of a run. Afterwards everything of ours is taken down. */
function flawOf(run: Run, k: number, { act, theirs: name }: Meddling): string | undefined {
	const rig = run.ready();
	const { kernel } = rig;
	let before = "";
	kernel.interfereAt(k, () => {
		act(kernel);
		before = theirs(kernel, name);
	});
	const error = attempt(() => run.act(rig));
	kernel.heal();
	const flaw = (when: string): string | undefined =>
		before === "" || theirs(kernel, name) === before
			? undefined
			: `${name} is not as they made it after ${when}, ${told(error)}`;
	let found = flaw("the run");
	if (!rig.journal.isSettled) {
		attempt(() => rig.recover());
		found ??= flaw("recover");
	}
	const failure = attempt(() => rig.down(...rig.journal.state.taps.keys()));
	found ??= flaw("down");
	if (failure !== undefined) found ??= `down failed: ${told(failure)}`;
	const left = leftOf(rig);
	if (left.length > 0) found ??= `${left.join()} of ours left, ${told(error)}`;
	rig.close();
	cases++;
	return found && `${run.name}: at ${run.at(k).name} (${k}): ${found}`;
}

const names = [
	"a host-only tap",
	"a bridge over an uplink",
	"source NAT to a chosen address",
	"masquerade behind a bridge",
];
const runs = starts
	.filter(({ name }) => names.includes(name))
	.flatMap((scenario) => runsOf(directory, scenario));

describe("what is somebody else's is left alone, and what is ours goes, when somebody", () => {
	test.each(named(meddlings))("%s", (_, meddling) => {
		noFlaws(
			runs
				.flatMap((run) => run.places.map((k) => flawOf(run, k, meddling)))
				.filter((flaw) => flaw !== undefined),
		);
	});
});

/** Somebody takes over a link of ours after our process died, so that nothing marks it as ours any more. */
function flawOfTakeover(run: Run, k: number, name: string): string | undefined {
	const rig = run.ready();
	const { kernel } = rig;
	dieAt(kernel, k, "after");
	try {
		run.act(rig);
	} catch (error) {
		if (!(error instanceof Death)) throw error;
	}
	kernel.kill();
	kernel.heal();
	change(kernel, name, { IFLA_IFNAME: "mine", IFLA_IFALIAS: "mine" });
	const index = indexOf(kernel, "mine");
	rig.restart();
	const failures = [attempt(() => rig.recover())];
	const down = () => attempt(() => rig.down(...rig.journal.state.taps.keys()));
	const refusal = down();
	// A port that is no longer ours keeps its bridge, until its owner removes it from the bridge.
	const keepsBridge = refusal?.message.includes("mine on it, a port that is not ours") ?? false;
	if (keepsBridge) change(kernel, "mine", { IFLA_MASTER: 0 });
	failures.push(keepsBridge ? down() : refusal);
	const still = indexOf(kernel, "mine");
	rig.close();
	cases++;
	const flaw = still === index ? undefined : `${name} was deleted`;
	const failure = failures.find((one) => one !== undefined);
	const found = flaw ?? (failure && told(failure));
	return found && `${run.name}: died after ${run.at(k).name} (${k}): ${found}`;
}

test.each(["tap0", "br0"])("a link that no longer looks like ours stays: %s", (name) => {
	noFlaws(
		runs
			.flatMap((run) => run.places.map((k) => flawOfTakeover(run, k, name)))
			.filter((flaw) => flaw !== undefined),
	);
});

describe("what somebody makes at the last moment is a conflict, and stays:", () => {
	const address = (kernel: FakeKernel) =>
		arrange(kernel, addressOn(indexOf(kernel, "tap0") ?? 0, "192.168.34.1/24"));
	const table = (kernel: FakeKernel) => {
		const named = { nfgen_family: 1, NFTA_TABLE_NAME: "umlnet-nl" };
		kernel.nftables([request(NFT_MSG_NEWTABLE, NLM_F_CREATE, named)]);
	};
	const link = (name: string) => (kernel: FakeKernel) => makeBridge(kernel, name);

	test.each<[string, string, string, (kernel: FakeKernel) => void]>([
		["an address", "a second address beside the first", "RTM_NEWADDR", address],
		["an nf_tables table", "source NAT to a chosen address", "nftables", table],
		["a tap's name", "a host-only tap", "ioctl(TUNSETIFF)", link("tap0")],
		["a bridge's name", "a host-only bridge", "RTM_NEWLINK", link("br0")],
	])("%s", (_, name, operation, act) => {
		const scenario = [...starts, ...changes].find((one) => one.name === name) as Scenario;
		const [run] = runsOf(directory, scenario) as [Run];
		const rig = run.ready();
		rig.kernel.aside(() => act(rig.kernel));
		const wanted = rig.picture();
		rig.close();
		const again = run.ready();
		const k = run.operations.findIndex((one) => one.name === operation) + 1;
		again.kernel.interfereAt(k, act);
		expect(run.attempt(again)).toMatchObject({ code: "ERR_CONFLICT" });
		expect(again.picture()).toBe(wanted);
		expect(again.journal.isSettled).toBe(true);
		again.close();
	});
});

test("a group of links that somebody else is in is not deleted", () => {
	const run = runs.find((one) => one.name === "a bridge over an uplink: down") as Run;
	const rig = run.ready();
	const GROUP = 77;
	rig.kernel.chooseIndex = () => GROUP;
	change(rig.kernel, "virbr0", { IFLA_GROUP: GROUP });
	const before = theirs(rig.kernel, "virbr0");
	expect(run.attempt(rig)).toBeUndefined();
	expect(theirs(rig.kernel, "virbr0")).toBe(before);
	expect(leftOf(rig)).toEqual([]);
	rig.close();
});

test("a table of our name that was there before us is a conflict, and stays", () => {
	const run = runs.find((one) => one.name.startsWith("source NAT")) as Run;
	const rig = run.ready();
	const table = { nfgen_family: 1, NFTA_TABLE_NAME: "umlnet-nl" };
	rig.kernel.aside(() => rig.kernel.nftables([request(NFT_MSG_NEWTABLE, NLM_F_CREATE, table)]));
	const picture = rig.picture();
	expect(run.attempt(rig)).toMatchObject({ code: "ERR_CONFLICT" });
	expect(rig.picture()).toBe(picture);
	rig.close();
});
