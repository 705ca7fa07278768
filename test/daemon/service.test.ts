/** The service over a unix socket, on a model of a kernel. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { connect as connectTo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DaemonHost } from "../../src/daemon/client.js";
import { connect } from "../../src/daemon/connect.js";
import { Daemon } from "../../src/daemon/daemon.js";
import { ConflictError } from "../../src/engine/error.js";
import type { PlanReport } from "../../src/service/reports.js";
import { SpecError } from "../../src/spec/error.js";
import { UmlnetError } from "../../src/sys/error.js";
import type { Peer } from "../../src/sys/peer.js";
import { ModelHost } from "../../src/testing/model.js";

const SPEC = {
	version: 1,
	networks: { lab: { mode: "nat", uplink: "eth1", addresses: ["10.7.0.1/24"] } },
	taps: { tap0: { network: "lab", owner: 500, guest: { addresses: ["10.7.0.2/24"] } } },
} as const;

let directory: string;
let socket: string;
let model: ModelHost;
let daemon: Daemon;
let host: DaemonHost;
let peers: Peer[];
let said: string[];

beforeEach(async () => {
	directory = mkdtempSync(join(tmpdir(), "umlnet-daemon-"));
	socket = join(directory, "run", "umlnet.sock");
	model = new ModelHost();
	peers = [];
	said = [];
	daemon = await Daemon.listen(
		{ path: socket },
		{
			admit: (peer) => {
				peers.push(peer);
				return model;
			},
			connections: () => 4,
			say: (line) => void said.push(line),
		},
	);
	host = await connect({ socket });
});
afterEach(async () => {
	await host.close();
	await daemon.close();
	model.close();
	rmSync(directory, { recursive: true });
});

test("says the same as the networks that it is for", async () => {
	const labels = ({ steps }: PlanReport) =>
		steps.map(({ label, effect, path }) => [label, effect, path]);
	expect(labels(await host.plan(SPEC))).toEqual(labels(await model.plan(SPEC)));
	const up = await host.up(SPEC);
	expect(up).toMatchObject({ changed: true, taps: [{ name: "tap0", owner: 500 }] });
	expect(await host.up(SPEC)).toEqual(JSON.parse(JSON.stringify(await model.up(SPEC))));
	// An empty list or map in a spec, and one that is absent, are the same bytes.
	const said = (report: object): unknown =>
		JSON.parse(JSON.stringify(report), (_, one) =>
			Object.keys(Object(one)).length > 0 || typeof one !== "object" ? one : undefined,
		);
	const verified = await host.status(undefined, { verify: true });
	expect(said(verified)).toEqual(said(await model.status(undefined, { verify: true })));
	expect(await host.status(undefined, { remembered: true })).toMatchObject({
		taps: [{ name: "tap0", drift: [] }],
	});
	expect(await host.status(["tap9"])).toMatchObject({ taps: [] });
	expect(await host.planDown({ all: true })).toEqual(await model.planDown({ all: true }));
	expect(await host.down({ spec: SPEC })).toMatchObject({ changed: true, taps: ["tap0"] });
	expect(await host.recover()).toMatchObject({ outcome: "nothing", residual: [] });
});

test("knows who calls, and lets everybody ask", async () => {
	await host.status();
	const supplementary = (process.getgroups?.() ?? []).filter((id) => id !== process.getgid?.());
	expect(peers).toMatchObject([
		{ uid: process.getuid?.(), gid: process.getgid?.(), pid: process.pid },
	]);
	expect(peers[0]?.groups).toEqual(expect.arrayContaining(supplementary));
	expect(statSync(socket).mode & 0o777).toBe(0o666);
});

test("takes guests out of a pool", async () => {
	const { networks } = SPEC;
	const lab = { ...networks.lab, pool: { size: 2, owner: 500 } };
	const guest = {
		network: "lab",
		networks: { lab },
		tap: { guest: { addresses: ["10.7.0.9/24"] } },
	} as const;
	expect(await host.take(guest)).toMatchObject({ network: "lab", owner: 500 });
});

describe("what goes wrong is thrown as it would be here", () => {
	test("a spec with issues, by who wrote it and by who is asked", async () => {
		const bad = { ...SPEC, taps: { tap0: { network: "lab", mtu: 1 } } };
		await expect(host.up(bad)).rejects.toThrow(SpecError);
		const error = await host.down({ taps: [] as never, spec: bad } as never).catch((one) => one);
		expect(error).toMatchObject({ code: "ERR_USAGE" });
	});

	test("an error of the engine, with its class, code, hint and cause", async () => {
		model.kernel.addNic("tap0");
		const error = await host.up(SPEC).catch((one: unknown) => one);
		expect(error).toBeInstanceOf(ConflictError);
		const here = (await model.up(SPEC).catch((one: unknown) => one)) as ConflictError;
		const { code, message, hint, step } = here;
		expect(error).toMatchObject({ code, message, hint, step, name: "ConflictError" });
		expect(said[0]).toContain(`Up of uid ${process.getuid?.()}`);
	});

	test("a daemon that is not there", async () => {
		const nobody = await connect({ socket: join(directory, "none") });
		await expect(nobody.status()).rejects.toMatchObject({
			code: "ERR_SYSTEM",
			message: expect.stringContaining("no daemon answers at"),
		});
		await nobody.close();
	});

	test("a call that was given up", async () => {
		const signal = AbortSignal.abort(new Error("enough"));
		await expect(host.status(undefined, { signal })).rejects.toThrow("enough");
	});
});

test("a second daemon is refused, and one that was killed leaves nothing in the way", async () => {
	const options = { admit: () => model, connections: () => 1, say: () => {} };
	await expect(Daemon.listen({ path: socket }, options)).rejects.toMatchObject({
		code: "ERR_CONFLICT",
	});
	expect(await host.status()).toMatchObject({ taps: [] });
});

describe("strangers", () => {
	const raw = async (bytes: string | Uint8Array): Promise<void> => {
		const stranger = connectTo(socket);
		stranger.on("error", () => {});
		stranger.write(bytes);
		await setTimeout(50);
		stranger.destroy();
	};

	test("who speak something else do not keep others from being answered", async () => {
		for (const words of [
			"GET / HTTP/1.1\r\n\r\n",
			"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff",
			Buffer.alloc(1 << 16, 7),
		])
			await raw(words);
		expect(await host.status()).toMatchObject({ taps: [] });
	});

	test("have as many connections as they may", async () => {
		const many = Array.from({ length: 8 }, () => connectTo(socket).on("error", () => {}));
		await setTimeout(100);
		expect(said.some((line) => line.includes("a connection of uid"))).toBe(true);
		for (const one of many) one.destroy();
		await setTimeout(50);
		expect(await host.status()).toMatchObject({ taps: [] });
	});
});

test("errors of the class that all have are errors of it", async () => {
	await expect(host.take({ network: "x", networks: {} } as never)).rejects.toBeInstanceOf(
		UmlnetError,
	);
});
