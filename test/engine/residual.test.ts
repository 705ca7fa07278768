/** What cannot be undone or given back is remembered, retried and can be given up, and nothing else waits for it. */
import { rmSync } from "node:fs";
import { afterAll, beforeEach, expect, test } from "vitest";
import { RollbackError } from "../../src/engine/error.js";
import type { Request } from "../../src/netlink/request.js";
import { specFromFlags } from "../../src/spec/spec.js";
import { KernelError } from "../../src/sys/error.js";
import { linkNamed } from "../../src/testing/fake/namespace.js";
import { busyLan, lan } from "./hosts.js";
import { Rig, scratch } from "./rig.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

const bridged = specFromFlags({ tap: "tap0", owner: 500, bridge: "br0", uplink: "eth1" });
const other = specFromFlags({ tap: "tap1", owner: 500, address: ["10.9.0.1/24"] });
const refusal = new KernelError("RTM_NEWADDR", 22);

let rig: Rig;
let start: string;
beforeEach(() => {
	rig = new Rig(directory, lan);
	start = rig.picture();
	rig.up(bridged);
});

/** Let the kernel refuse every new address of the uplink. */
function refuseAddresses(): void {
	const { kernel } = rig;
	const eth1 = linkNamed(kernel.ns, "eth1")?.index;
	const send = kernel.rtnetlink.bind(kernel);
	kernel.rtnetlink = (requests) => {
		const isGift = ({ message, value }: Request) =>
			message.name === "RTM_NEWADDR" && (value as { ifa_index?: number }).ifa_index === eth1;
		const allowed = requests.filter((one) => !isGift(one));
		const outcomes = [...send(allowed)];
		return requests.map((one) =>
			isGift(one)
				? { errno: "EINVAL", error: refusal, replies: [] }
				: (outcomes.shift() as (typeof outcomes)[number]),
		);
	};
}
const allowAddresses = (): void => {
	// Restore the method of the class.
	Reflect.deleteProperty(rig.kernel, "rtnetlink");
};

test("what the uplink does not take back is a loss, and all else is done", () => {
	refuseAddresses();
	const [outcome] = rig.engine.down([{ id: 0, taps: ["tap0"] }]).values();
	const { report } = outcome as Extract<typeof outcome, { readonly report: unknown }>;
	expect(report.losses?.map(({ subject }) => subject)).toContain(
		"put address 10.33.33.33/24 on eth1",
	);
	expect(rig.journal.state.taps.size).toBe(0);
	expect(rig.journal.isSettled).toBe(true);
	expect(rig.journal.isEmpty).toBe(false);
	rig.close();
});

test("nobody waits for it, and recover gives it back", () => {
	refuseAddresses();
	rig.down("tap0");
	expect(() => rig.recover()).toThrow(RollbackError);
	allowAddresses();
	rig.restart();
	rig.up(other);
	rig.down("tap1");
	expect(rig.recover().outcome).toBe("undone");
	expect(rig.picture()).toBe(start);
	expect(rig.recover().outcome).toBe("nothing");
	expect(rig.journal.isEmpty).toBe(true);
	rig.close();
});

test("it can be given up, by the name of the tap or its network", () => {
	refuseAddresses();
	rig.down("tap0");
	expect(rig.engine.giveUp(["tap9"])).toEqual([]);
	expect(rig.engine.giveUp(["tap0"])).toContain("put address 10.33.33.33/24 on eth1");
	expect(rig.recover().outcome).toBe("nothing");
	expect(rig.journal.isEmpty).toBe(true);
	rig.close();
});

test("of a link that has gone meanwhile nothing is left to give back to", () => {
	refuseAddresses();
	rig.down("tap0");
	rig.kernel.ns.links.delete(linkNamed(rig.kernel.ns, "eth1")?.index ?? 0);
	rig.restart();
	expect(rig.recover().outcome).toBe("undone");
	expect(rig.journal.isEmpty).toBe(true);
	rig.close();
});

test("an address that is refused once while all is undone has its place among its subnet's all the same", () => {
	const secondary = new Rig(directory, busyLan);
	const { kernel } = secondary;
	const before = secondary.picture();
	const send = kernel.rtnetlink.bind(kernel);
	const eth1 = linkNamed(kernel.ns, "eth1")?.index;
	let refusals = 1;
	kernel.rtnetlink = (requests) => {
		const isPrimary = ({ message, value }: Request) => {
			const { ifa_index, IFA_FLAGS = 0 } = value as { ifa_index?: number; IFA_FLAGS?: number };
			return message.name === "RTM_NEWADDR" && ifa_index === eth1 && (IFA_FLAGS & 1) === 0;
		};
		const refused = refusals > 0 ? requests.find(isPrimary) : undefined;
		if (refused === undefined) return send(requests);
		refusals--;
		const outcomes = [...send(requests.filter((one) => one !== refused))];
		return requests.map((one) =>
			one === refused
				? { errno: "ENOMEM", error: new KernelError("RTM_NEWADDR", 12), replies: [] }
				: (outcomes.shift() as (typeof outcomes)[number]),
		);
	};
	// A step that comes after the addresses have moved.
	kernel.persistTap = () => {
		throw new KernelError("TUNSETPERSIST", 22);
	};
	expect(() => secondary.up(bridged)).toThrow("TUNSETPERSIST");
	expect(refusals).toBe(0);
	expect(secondary.picture()).toBe(before);
	secondary.close();
});
