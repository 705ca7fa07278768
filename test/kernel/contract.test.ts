import { afterEach, beforeEach, describe, it } from "vitest";
import type { Kernel } from "../../src/kernel/kernel.js";
import { LinuxKernel } from "../../src/kernel/linux.js";
import { newNetns } from "../../src/sys/netns.js";
import { FakeKernel } from "../fake/kernel.js";
import { contract } from "./contract.js";

const KERNELS: Readonly<Record<string, () => Kernel>> = {
	"the fake kernel": () => new FakeKernel(),
	"the real kernel": () => {
		newNetns();
		return new LinuxKernel();
	},
};

describe.each(Object.entries(KERNELS))("%s", (_, open) => {
	let kernel: Kernel;
	beforeEach(() => {
		kernel = open();
	});
	afterEach(() => kernel.close());

	for (const [group, behaviours] of Object.entries(contract))
		describe(group, () => {
			it.each(Object.entries(behaviours))("%s", (_, check) => check(kernel));
		});
});
