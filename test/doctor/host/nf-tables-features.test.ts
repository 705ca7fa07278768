import { expect, test } from "vitest";
import { missingFeatures } from "../../../src/doctor/features.js";
import { features } from "../../../src/doctor/host/nf-tables-features.js";
import type { Kernel } from "../../../src/kernel/kernel.js";
import { LinuxKernel } from "../../../src/kernel/linux.js";
import { KernelError } from "../../../src/sys/error.js";
import { Machine } from "../../kernel/machine.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	["all there", {}, []],
	[
		"no NAT",
		{
			missingFeatures: [
				{ feature: "chains for NAT", use: "NAT", module: "nft_chain_nat", error: "ENOENT" },
			],
		},
		["FINDING_NFTABLES"],
	],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(features, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});

/** A kernel that refuses the second message of a batch besides the last one. */
const refusing = (errno: string) =>
	({
		nftables: (batch: readonly unknown[]) => ({
			refused: [
				{ at: 1, error: new KernelError("NFT_MSG_NEWCHAIN", errno, { kernel: "no" }) },
				{
					at: batch.length - 1,
					error: new KernelError("NFT_MSG_DELTABLE", "ENOENT", { kernel: "no" }),
				},
			],
		}),
	}) as unknown as Kernel;

test("what a kernel refuses is missing", () => {
	const missing = missingFeatures(refusing("EOPNOTSUPP"));
	expect(missing.map(({ module }) => module)).toEqual(["nf_tables"]);
	expect(missing[0]?.error).toContain("NFT_MSG_NEWCHAIN");
});

test("that we may not ask does not mean that it is missing", () => {
	expect(() => missingFeatures(refusing("EPERM"))).toThrow(KernelError);
});

test.skipIf(process.getuid?.() !== 0)("asking a real kernel changes nothing", () => {
	const machine = new Machine();
	const kernel = new LinuxKernel();
	try {
		machine.sh("nft add table inet other");
		const before = machine.sh("nft -a list ruleset; nft -j list tables");
		expect(missingFeatures(kernel)).toEqual([]);
		expect(machine.sh("nft -a list ruleset; nft -j list tables")).toBe(before);
	} finally {
		kernel.close();
		machine.close();
	}
});
