import { expect, test } from "vitest";
import { Host } from "../../src/host/host.js";
import { checkSpec } from "../../src/spec/spec.js";
import { library, Place, rejection, tapSpec } from "./library.js";

/** Bring up tap0 as the command line does with --confirm-within. */
async function upToBeConfirmed(place: Place, confirmWithin: number): Promise<void> {
	place.machine.enter();
	const other = Host.open({ stateDir: place.stateDir });
	await other.up(checkSpec(tapSpec("tap0")), { confirmWithin });
	other.close();
}

test("what another process applied is confirmed, once", async () => {
	await using place = new Place();
	const host = await place.open();
	await upToBeConfirmed(place, 60_000);
	expect(await rejection(host.up(tapSpec("tap1")))).toMatchObject({ code: "ERR_PROVISIONAL" });
	expect(await host.confirm()).toMatchObject({ changed: true, transaction: "up tap0" });
	expect(await host.confirm()).toMatchObject({ changed: false, transaction: "up tap0" });
	expect((await host.up(tapSpec("tap0"))).changed).toBe(false);
});

test("what comes too late is rolled back, and an error", async () => {
	await using place = new Place();
	const host = await place.open();
	await upToBeConfirmed(place, 0);
	const error = await rejection(host.confirm());
	expect(error).toBeInstanceOf(library.NotConfirmedError);
	expect(place.links).toEqual([]);
});

test("where nothing waits to be confirmed that is an error", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec("tap0"));
	expect(await rejection(host.confirm())).toBeInstanceOf(library.ConflictError);
	expect(place.links).toEqual(["tap0"]);
});
