import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Spec } from "../../src/spec/model.js";
import { Lab } from "./lab.js";
import { labSpec, S1, S2, S3 } from "./specs.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open("ip link add other type bridge");
});
afterEach(() => lab.close());

interface Case {
	/** What of ours is already up. */
	readonly first?: Spec;
	readonly next: Spec;
	/** Just before the first request of this name to the kernel, … */
	readonly before: string;
	/** … somebody does that, … */
	readonly script: string;
	/** … and reverts it later, so that the test can check that nothing else is left. */
	readonly mend: string;
	readonly code: string;
}

const other = labSpec(
	{ mode: "nat", uplink: "eth1", addresses: ["192.168.34.33/24"] },
	{ tap1: {} },
);

const CASES: Readonly<Record<string, Case>> = {
	"another makes the tap": {
		next: S1,
		before: "TUNSETIFF",
		script: "ip tuntap add dev tap0 mode tap user 1000",
		mend: "ip link delete tap0",
		code: "ERR_CONFLICT",
	},
	"another makes the bridge": {
		next: S2,
		before: "RTM_NEWLINK",
		script: "ip link add br0 type bridge",
		mend: "ip link delete br0",
		code: "ERR_CONFLICT",
	},
	"the tap is deleted before it is persistent": {
		next: S3,
		before: "TUNSETPERSIST",
		script: "ip link delete tap0",
		mend: "",
		code: "ERR_KERNEL",
	},
	"another makes our table": {
		next: S3,
		before: "NFT_MSG_NEWTABLE",
		script: "nft add table inet umlnet-nl '{ comment \"mine\"; }'",
		mend: "nft delete table inet umlnet-nl",
		code: "ERR_CONFLICT",
	},
	"the ruleset is flushed": {
		first: other,
		next: S3,
		before: "NFT_MSG_NEWSETELEM",
		script: "nft flush ruleset",
		mend: "",
		code: "ERR_KERNEL",
	},
	"the uplink loses its address": {
		next: S2,
		before: "RTM_DELADDR",
		script: "ip address delete 10.33.33.34/8 dev eth1",
		mend: "ip address add 10.33.33.34/8 dev eth1; ip route add default via 10.33.33.1",
		code: "ERR_KERNEL",
	},
	"the bridge is deleted": {
		next: S2,
		before: "RTM_DELADDR",
		script: "ip link delete br0",
		mend: "",
		code: "ERR_KERNEL",
	},
};

describe("in the middle of up somebody meddles, and of ours nothing is left:", () => {
	test.each(Object.entries(CASES))("%s", async (_, { first, next, before, script, mend, code }) => {
		if (first !== undefined) await lab.run((host) => host.up(first));
		const start = await lab.lookSettled();
		const meddling = { before, act: () => void lab.host.sh(script) };
		await expect(lab.run((host) => host.up(next), meddling)).rejects.toMatchObject({ code });
		lab.host.sh(mend);
		const left = await lab.networkChanges(start);
		expect(left.filter((line) => !/^nft .*: is gone/.test(line))).toEqual([]);
		if (first === undefined) expect(lab.changes(start)).toEqual([]);
	});
});

describe("in the middle of down somebody does part of it:", () => {
	test.each([
		["the ruleset is flushed", S3, "NFT_MSG_DELSETELEM", "nft flush ruleset"],
		["the tap is deleted", S3, "NFT_MSG_DELSETELEM", "ip link delete tap0"],
		["the bridge is deleted", S2, "RTM_DELADDR", "ip link delete br0"],
		["the uplink leaves the bridge", S2, "RTM_DELADDR", "ip link set eth1 nomaster"],
	])("%s", async (_, spec, before, script) => {
		const start = lab.look();
		await lab.run((host) => host.up(spec));
		const meddling = { before, act: () => void lab.host.sh(script) };
		const { result } = await lab.run((host) => host.down({ all: true }), meddling);
		expect(result.taps).toEqual(["tap0"]);
		expect(lab.changes(start)).toEqual([]);
	});
});
