/** A change that would cut the SSH connection of the user is refused, unless it must be confirmed or --yes is given. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import { Lab } from "./lab.js";
import { errorOf, umlnet } from "./umlnet.js";

let lab: Lab;
let before: Snapshot;
beforeEach(async () => {
	lab = await Lab.open();
	before = lab.look();
});
afterEach(() => lab.close());

const UPLINK = { local: "10.33.33.34", remote: "10.33.33.9" };
const variable = ({ local, remote } = UPLINK) => `SSH_CONNECTION=${remote} 50000 ${local} 22`;
/** Run a command line as a user who has logged in over this connection. */
const over = (connection: typeof UPLINK, ...args: readonly string[]) =>
	umlnet(
		{ netns: lab.host.path, stateDir: lab.stateDir, under: ["env", variable(connection)] },
		...args,
	);
const run = (...args: readonly string[]) => over(UPLINK, ...args);
const BRIDGED = ["tap0", "--bridge", "br0", "--uplink", "eth1"];

test("up is refused with a remedy, and nothing is changed", () => {
	const { status, stderr } = run("up", ...BRIDGED);
	expect(status).toBe(5);
	expect(stderr).toMatch(
		/error\[ERR_CONNECTION\] up tap0 .* your SSH connection comes in by: eth1\n/,
	);
	expect(stderr).toContain("hint: add --confirm-within 60");
	expect(stderr).toMatch(/nothing was changed\n$/);
	expect(errorOf(run("up", ...BRIDGED, "--json"))).toMatchObject({ code: "ERR_CONNECTION" });
	expect(lab.changes(before)).toEqual([]);
});

test("--yes does it, and the way back is guarded on the bridge", () => {
	expect(run("up", ...BRIDGED, "--yes")).toMatchObject({ status: 0 });
	expect(run("up", "tap1", "--bridge", "br0")).toMatchObject({ status: 0 });
	// The bridge stays, and with it the addresses.
	expect(run("down", "tap1")).toMatchObject({ status: 0 });
	for (const which of ["tap0", "--all"])
		expect(run("down", which)).toMatchObject({ status: 5, stderr: expect.stringContaining("br0") });
	expect(run("up", ...BRIDGED)).toMatchObject({ status: 0, stderr: "nothing to do\n" });
	expect(run("down", "tap0", "--yes")).toMatchObject({ status: 0 });
	expect(lab.changes(before)).toEqual([]);
});

test("--confirm-within does it, and rolls back", () => {
	const { status, stderr } = run("up", ...BRIDGED, "--confirm-within", "1");
	expect(status).toBe(7);
	expect(stderr).toContain("unless it is confirmed");
	expect(lab.changes(before)).toEqual([]);
});

test("under sudo the login shell tells", () => {
	// A shell with SSH_CONNECTION starts one without it, which starts the command.
	const inner = `env -u SSH_CONNECTION sh -c '"$@"; exit $?' inner "$@"; exit $?`;
	const sudo = ["env", variable(), "sh", "-c", inner, "login"];
	const around = { netns: lab.host.path, stateDir: lab.stateDir, under: sudo };
	expect(umlnet(around, "up", ...BRIDGED)).toMatchObject({ status: 5 });
});

describe("it is refused over", () => {
	test.each([
		[
			"an address of IPv6",
			"ip -6 address add 2001:db8::34/64 dev eth1 nodad",
			{ local: "2001:db8::34", remote: "2001:db8::9" },
			BRIDGED,
		],
		[
			"another address, where the answers leave by the uplink",
			"ip address add 192.0.2.1/32 dev lo",
			{ local: "192.0.2.1", remote: "10.33.33.9" },
			BRIDGED,
		],
		[
			"a link that stands on the uplink",
			"ip link add va type veth peer name vb; ip address add 198.51.100.1/24 dev va; ip link set va up; ip link set vb up",
			{ local: "198.51.100.1", remote: "198.51.100.2" },
			["tap0", "--bridge", "br0", "--uplink", "vb"],
		],
	])("%s", (_, script, connection, args) => {
		lab.host.sh(script);
		expect(over(connection, "up", ...args)).toMatchObject({ status: 5 });
	});

	test("a tap of ours that goes", () => {
		expect(run("up", "tap0", "--address", "192.168.33.33/24")).toMatchObject({ status: 0 });
		const guest = { local: "192.168.33.33", remote: "192.168.33.34" };
		expect(over(guest, "down", "tap0")).toMatchObject({ status: 5 });
		expect(run("down", "tap0")).toMatchObject({ status: 0 });
	});
});

describe("it is none of our business", () => {
	test("what leaves the link as it is", () => {
		lab.host.sh(
			"ip link add eth2 type veth peer name eth3; ip link set eth2 up; ip link set eth3 up",
		);
		for (const args of [
			["tap0", "--address", "192.168.33.33/24", "--nat", "eth1"],
			["tap1", "--bridge", "br0", "--uplink", "eth2"],
		])
			expect(run("up", ...args)).toMatchObject({ status: 0 });
		expect(run("down", "--all")).toMatchObject({ status: 0 });
	});

	test("a connection of another namespace, or none that can be read", () => {
		for (const local of ["203.0.113.77", "fe80::1%eth9", "nonsense"]) {
			expect(over({ local, remote: "10.33.33.9" }, "up", ...BRIDGED)).toMatchObject({ status: 0 });
			expect(run("down", "tap0", "--yes")).toMatchObject({ status: 0 });
		}
	});

	test("a plan, which changes nothing", () => {
		expect(run("plan", ...BRIDGED)).toMatchObject({ status: 0 });
	});
});
