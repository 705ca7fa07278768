/** An object of ours that others have added something to is kept, and the report names it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConflictError } from "../../src/engine/error.js";
import { Lab } from "./lab.js";
import { S2 } from "./specs.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

const down = () => lab.run((host) => host.down({ spec: S2 }));

test.each([
	["macvlan", "ip link add link br0 name upper type macvlan"],
	["macvtap", "ip link add link br0 name upper type macvtap"],
])("a %s of our bridge keeps it", async (_, add) => {
	const before = await lab.lookSettled();
	await lab.run((host) => host.up(S2));
	lab.host.sh(add);
	const refused = await down().catch((error: unknown) => error);
	expect(refused).toBeInstanceOf(ConflictError);
	expect(refused).toMatchObject({ message: expect.stringContaining("found upper on it") });
	lab.host.sh("ip link delete upper");
	await down();
	expect(await lab.networkChanges(before)).toEqual([]);
});

test("a pair of links of others, and a macvlan of theirs, are no matter of our bridge", async () => {
	await lab.run((host) => host.up(S2));
	lab.host.sh(`ip link add pair0 type veth peer name pair1
		ip link add link pair0 name upper type macvlan`);
	expect((await down()).result.changed).toBe(true);
});
