import { afterEach, describe, expect, it } from "vitest";
import type { Kernel } from "../../src/kernel/kernel.js";
import { LinuxKernel } from "../../src/kernel/linux.js";
import { newNetns } from "../../src/sys/netns.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { observe, projected } from "./contract/observation.js";
import { contract } from "./contract.js";

const opened: Kernel[] = [];
function open<K extends Kernel>(kernel: K): K {
	opened.push(kernel);
	return kernel;
}
afterEach(() => {
	for (const kernel of opened.splice(0)) kernel.close();
});

/** The kernel of a new namespace, which disappears with this process. */
function real(): Kernel {
	newNetns();
	return open(new LinuxKernel());
}
const fake = (): FakeKernel => open(new FakeKernel());

for (const [group, behaviours] of Object.entries(contract))
	describe(group, () => {
		describe.each(Object.entries(behaviours))("%s", (_, check) => {
			it("on the fake kernel", () => check(fake()));

			it("on the real kernel, and all else is as the fake says", () => {
				const [model, kernel] = [fake(), real()];
				check(kernel);
				check(model);
				const said = observe(model);
				expect(projected(observe(kernel), said)).toEqual(said);
			});
		});
	});
