import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Host } from "../../src/host/host.js";
import { checkSpec } from "../../src/spec/spec.js";
import { isAlive, processId } from "../../src/sys/process.js";
import { begun } from "./journal.js";
import { Place, tapSpec } from "./library.js";
import { filled, guest, parked, UPLINK } from "./pool.js";
import { node, Running, strace } from "./program.js";

/** A process that keeps a pool. */
const poolProcess = ({ machine, stateDir }: Place, size: number, under: readonly string[] = []) =>
	new Running(machine, [...under, ...node("pool.mjs", stateDir, `${size}`)]);

test("everybody sees who has parked taps", async () => {
	await using place = new Place();
	const other = await place.open();
	const process = poolProcess(place, 3);
	const names = await process.next<string[]>();
	const seen = await parked(other);
	expect(seen.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
	for (const { pool, network } of seen) {
		expect(pool).toBe(processId(process.child.pid));
		expect(network).toBe("parked");
	}
	await process.end("SIGKILL");
});

test("the pool goes with its engine as one group, guests keep their taps", async () => {
	await using place = new Place();
	const host = await place.open({ pool: { size: 8, low: 2 } });
	await filled(host, 8);
	const { name } = await host.take(guest());
	const transactions = begun(place).length;
	await host.close();
	expect(place.links).toEqual([name]);
	expect(begun(place).length - transactions).toBe(1);

	const next = await place.open();
	expect((await next.status()).taps).toMatchObject([{ name, mode: "host-only", drift: [] }]);
	await next.down({ taps: [name] });
	expect(place.links).toEqual([]);
});

test("the table waits with the taps of guests that needed it, and goes with them", async () => {
	await using place = new Place();
	place.machine.sh(UPLINK);
	const tables = (): string => place.machine.sh("nft list tables");
	const host = await place.open({ pool: { size: 2, low: 1 } });
	await filled(host, 2);
	expect(tables()).toBe("");
	const nat = guest(0, { mode: "nat", uplink: "eth1" });
	const { name } = await host.take(nat);
	await host.down({ taps: [name] });
	expect(tables()).toContain("umlnet-nl");
	const { resources } = await host.status();
	expect(resources.find(({ kind }) => kind === "table")).toMatchObject({ taps: [name], drift: [] });

	// Parking does not need the table, so somebody may have deleted it.
	const again = await host.take(nat);
	place.machine.sh("nft delete table inet umlnet-nl");
	await host.down({ taps: [again.name] });
	expect(tables()).toBe("");
	expect(await parked(host)).toHaveLength(2);
	await host.take(nat);
	expect(place.machine.sh("nft list ruleset")).toContain("masquerade");

	await host.down({ all: true });
	await host.close();
	expect(tables()).toBe("");
});

test("closing deletes all that is parked with one request", async () => {
	await using place = new Place();
	await using host = await place.open();
	await host.up(tapSpec("tap0"));
	const file = join(place.stateDir, "..", "trace");
	const process = poolProcess(place, 20, strace(file, "-e", "trace=sendto", "-e", "abbrev=none"));
	expect(await process.next()).toHaveLength(20);
	expect(place.links).toHaveLength(21);
	process.go();
	expect(await process.end()).toEqual({ code: 0, stderr: "" });
	expect(place.links).toEqual(["tap0"]);
	const requests = readFileSync(file, "latin1");
	expect(requests.match(/nlmsg_type=RTM_DELLINK/g)).toHaveLength(1);
});

test("a killed process's pool goes as one group with whatever is done next", async () => {
	await using place = new Place();
	const process = poolProcess(place, 20);
	const names = await process.next<string[]>();
	expect(place.links.toSorted()).toEqual(names.toSorted());
	await process.end("SIGKILL");
	const host = await place.open();
	expect(await parked(host)).toHaveLength(20);
	const transactions = begun(place).length;
	await host.up(tapSpec("tap0"));
	expect(place.links).toEqual(["tap0"]);
	expect(begun(place).length - transactions).toBe(2);
	await host.down({ all: true });
});

test("a living process's pool is left alone", async () => {
	await using place = new Place();
	const process = poolProcess(place, 4);
	const names = await process.next<string[]>();
	const host = await place.open();
	await host.up(tapSpec("tap0", "tap1"));
	await host.recover();

	place.machine.enter();
	const pruning = Host.open({ stateDir: place.stateDir });
	await pruning.up(checkSpec(tapSpec("tap0")), { prune: true });
	pruning.close();
	expect(place.links.toSorted()).toEqual(["tap0", ...names].toSorted());
	expect(await parked(host)).toHaveLength(4);
	process.go();
	expect((await process.end()).code).toBe(0);
	expect(place.links).toEqual(["tap0"]);
});

test("a process is known by its start, not by an id that is used again", () => {
	const own = processId();
	expect(own).toBe(processId(process.pid));
	expect(isAlive(own)).toBe(true);
	expect(isAlive(`${process.pid}-1`)).toBe(false);
	expect(isAlive("0-0")).toBe(false);
	expect(isAlive("")).toBe(false);
});
