import { basename } from "node:path";
import { isNativeError } from "node:util/types";
import { expect, test } from "vitest";
import { StateDirectory } from "../../src/engine/journal/directory.js";
import { HostLock } from "../../src/engine/journal/lock.js";
import type { SpecInput } from "../../src/index.js";
import * as sources from "../../src/index.js";
import { packError, unpackError } from "../../src/service/errors.js";
import { library, Place, rejection, tapSpec } from "./library.js";
import { calls } from "./program.js";
import { refusedFrom } from "./refused.js";

const { ConflictError, KernelError, LockError, SpecError, UmlnetError } = library;

test("a spec that cannot be meant: every issue with its place", async () => {
	await using place = new Place();
	const host = await place.open();
	const spec = {
		version: 1,
		networks: { lab: { mode: "nat" } },
		taps: { tap0: { network: "labb", mtuu: 1 } },
	} as unknown as SpecInput;
	const error = await rejection(host.up(spec));
	expect(error).toBeInstanceOf(SpecError);
	const { issues, ...rest } = error as InstanceType<typeof SpecError>;
	expect(rest).toMatchObject({ name: "SpecError", code: "ERR_SPEC", path: issues[0]?.path });
	expect(issues.map(({ path, hint }) => [path, hint]).toSorted()).toEqual([
		["networks.lab.uplink", undefined],
		["taps.tap0.mtuu", "did you mean mtu?"],
		["taps.tap0.network", "did you mean lab?"],
	]);
	expect((error as Error).message.split("\n")).toHaveLength(3);
	expect(await rejection(host.plan(spec))).toMatchObject({ issues });
	expect(await rejection(host.down({ spec }))).toMatchObject({ issues });
	expect(await rejection(host.planDown({ spec }))).toMatchObject({ issues });
});

test("a foreign link in the way: the conflict, and the kernel's refusal as its cause", async () => {
	await using place = new Place();
	place.machine.sh("ip link add tap0 type veth peer name other");
	const host = await place.open();
	const error = await rejection(host.up(tapSpec("tap0")));
	expect(error).toBeInstanceOf(ConflictError);
	expect(error).toBeInstanceOf(UmlnetError);
	expect(error).toMatchObject({
		name: "ConflictError",
		code: "ERR_CONFLICT",
		subject: "link tap0",
		path: "taps.tap0",
		step: "create tap tap0",
		hint: expect.stringContaining("ip link delete tap0"),
	});
	const { cause, stack } = error as Error;
	// The stack shows where in the engine's thread the error was made, and not where it arrived.
	expect(stack).toContain("/dist/engine/");
	expect(stack).not.toContain("/dist/service/");
	expect(cause).toBeInstanceOf(KernelError);
	expect(cause).toMatchObject({ code: "ERR_KERNEL", errno: "EBUSY", request: "ioctl(TUNSETIFF)" });
	expect(place.links.toSorted()).toEqual(["other", "tap0"]);
});

test("a refusal: what was asked of the kernel and what it said", async () => {
	await using place = new Place();
	const host = await place.open();
	const spec: SpecInput = {
		version: 1,
		networks: { lab: { mode: "host-only", bridge: "br0" } },
		taps: { tap0: { network: "lab", owner: 500 } },
	};
	await host.up(spec);
	// A macvtap on a tap takes all its packets, so the tap cannot be a port of a bridge.
	place.machine.sh("ip link set tap0 nomaster; ip link add link tap0 name vtap0 type macvtap");
	const error = await rejection(host.up(spec));
	expect(error).toBeInstanceOf(KernelError);
	expect(error).toMatchObject({
		code: "ERR_KERNEL",
		path: "taps.tap0",
		step: "add tap0 to bridge br0",
		request: "RTM_NEWLINK",
		errno: "EBUSY",
	});
});

test("a lock that another holds", async () => {
	await using place = new Place();
	const host = await place.open({ timeout: 20 });
	await host.up(tapSpec("tap0"));
	const lock = new HostLock(
		new StateDirectory(place.stateDir, basename(place.directory as string)),
	);
	await lock.acquire(1000);
	for (const call of [
		host.up(tapSpec("tap1")),
		host.down({ taps: ["tap0"] }),
		host.status(),
		host.recover(),
	]) {
		const error = await rejection(call);
		expect(error).toBeInstanceOf(LockError);
		expect(error).toMatchObject({ code: "ERR_LOCK", hint: expect.stringContaining("fuser") });
	}
	lock.close();
	expect((await host.up(tapSpec("tap1"))).changed).toBe(true);
});

test("what could not be rolled back: every residual, the first refusal as the cause", async () => {
	const spec: SpecInput = {
		version: 1,
		networks: { lab: { mode: "host-only", bridge: "br0" } },
		taps: { tap0: { network: "lab", owner: 500 } },
	};
	// What was begun can be neither finished nor undone.
	const { said, place: found } = await refusedFrom(
		(place) => calls(place, [["up", spec]]),
		([up]) => up?.[0]?.error?.code === "ERR_ROLLBACK",
	);
	await using place = found;
	const [up] = said;
	expect(up?.[0]?.error).toMatchObject({
		typed: true,
		name: "RollbackError",
		code: "ERR_ROLLBACK",
		residual: ["create tap tap0", "create bridge br0"],
		hint: expect.stringContaining("recover"),
		cause: { typed: true, name: "KernelError", errno: "ENOBUFS", step: "bring up br0" },
	});
	const host = await place.open();
	expect(await host.status()).toMatchObject({ unfinished: "up tap0", strays: [] });
	expect((await host.recover()).outcome).toBe("undone");
	expect(place.links).toEqual([]);
});

const cause = new TypeError("of all things", { cause: new RangeError("too far") });
test.each<[string, Error]>([
	[
		"UmlnetError",
		new sources.UmlnetError("ERR_SYSTEM", "x", { cause, hint: "h", path: "p", step: "s" }),
	],
	["SpecError", new sources.SpecError([{ path: "taps", message: "m", line: 1 }], { source: "f" })],
	["ConnectionError", new sources.ConnectionError("up tap0", "eth1")],
	["ConflictError", new sources.ConflictError("link br0", "a veth", "a bridge", { cause })],
	["LockError", new sources.LockError("held", { hint: "wait" })],
	["RollbackError", new sources.RollbackError(["tap0", "br0"], { cause })],
	["UnsupportedError", new sources.UnsupportedError("teleportation")],
	["KernelError", new sources.KernelError("RTM_NEWLINK", 22, { kernel: "no", attribute: "a.b" })],
	["WireError", new sources.WireError("short", ["RTM_NEWLINK"])],
	["TypeError", cause],
])("%s is the same on the other side of a thread", (name, error) => {
	Object.assign(error, { odd: { nested: [1n, undefined, new Uint8Array(2)] } });
	const arrived = unpackError(structuredClone(packError(error)));
	expect(arrived.constructor).toBe(error.constructor);
	expect(isNativeError(arrived)).toBe(true);
	expect({ ...arrived }).toEqual({ ...error });
	expect(arrived).toMatchObject({ name, message: error.message, stack: error.stack });
	for (let a: unknown = arrived, b: unknown = error; b !== undefined; ) {
		expect((a as Error).constructor).toBe((b as Error).constructor);
		expect((a as Error).message).toBe((b as Error).message);
		[a, b] = [(a as Error).cause, (b as Error).cause];
	}
});

test("whatever an error carries, it arrives", () => {
	const error = Object.assign(new Error("loaded"), { code: 7, act() {}, deep: { act() {} } });
	error.cause = "a mere text";
	const arrived = unpackError(structuredClone(packError(error)));
	expect({ ...arrived }).toEqual({ code: 7 });
	expect(arrived).toMatchObject({ message: "loaded", cause: { message: "a mere text" } });
	expect(unpackError(packError("thrown as text"))).toMatchObject({ message: "thrown as text" });
});
