import { expect, test } from "vitest";
import { explain } from "../../src/engine/explain.js";
import type { PlannedStep } from "../../src/engine/kind.js";
import { kernelRelease } from "../../src/kernel/release.js";
import { table } from "../../src/kinds/table.js";
import { KernelError } from "../../src/sys/error.js";

test.each([
	["bridge", "CONFIG_NF_TABLES_BRIDGE"],
	["arp", "CONFIG_NF_TABLES_ARP"],
] as const)(
	"a kernel without tables of %s is named, and the key that needs them",
	(family, option) => {
		const [step] = table.create({ name: "umlnet-nl", family });
		const planned = { ...step, path: "networks.lab.guard", requestId: 1 } as PlannedStep;
		for (const errno of ["ENOENT", "EOPNOTSUPP", "EAFNOSUPPORT"] as const) {
			const error = explain(new KernelError("NFT_MSG_NEWCHAIN", errno), planned);
			expect(error).toMatchObject({ code: "ERR_UNSUPPORTED", path: "networks.lab.guard" });
			expect(error.message).toContain(`Linux ${kernelRelease}`);
			expect(error.message).toContain(option);
			expect(error.message).toContain("networks.lab.guard");
		}
		expect(explain(new KernelError("NFT_MSG_NEWCHAIN", "EPERM"), planned).code).not.toBe(
			"ERR_UNSUPPORTED",
		);
	},
);
