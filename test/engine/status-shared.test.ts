import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { lan } from "./hosts.js";
import { Rig, scratch } from "./rig.js";
import { specs } from "./scenarios.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

test.each([false, true])("status (verify: %s) looks once at what taps share", (verify) => {
	const looks = (spec: typeof specs.fortyTaps | typeof specs.masqueradeBridge): number => {
		const rig = new Rig(directory, lan);
		rig.up(spec);
		rig.kernel.heal();
		rig.engine.status(undefined, { verify });
		const { length } = rig.kernel.operations.filter(({ name }) => /^NFT_|lookUpNft/.test(name));
		rig.close();
		return length;
	};
	const ofTwo = looks(specs.masqueradeBridge);
	expect(ofTwo).toBeGreaterThan(0);
	// Elements of each tap's own are read tap by tap; the tables, with all their chains, are not.
	expect(looks(specs.fortyTaps)).toBeLessThan(ofTwo + 38 * 8);
});
