import { expect, test } from "vitest";
import { nftables } from "../../../src/doctor/host/nf-tables.js";
import { KernelError } from "../../../src/sys/error.js";
import { findingsOf } from "../codes.js";
import { madeUp } from "../made-up.js";

/** A host whose kernel refuses to show its rules. */
const refusing = (errno: string) => ({
	...madeUp({}),
	tables: () => {
		throw new KernelError("NFT_MSG_GETTABLE", errno, { kernel: "no" });
	},
});
const look = (errno: string) =>
	nftables.run({ facts: refusing(errno), name: undefined, tap: undefined, stateDir: "/run" });

test("rules that can be read", () => {
	expect(findingsOf(nftables, {})).toEqual([]);
});

test.each(["EINVAL", "EPROTONOSUPPORT", "EOPNOTSUPP"])(
	"a kernel without nf_tables: %s",
	(errno) => {
		expect(look(errno).map(({ code, stops }) => [code, stops])).toEqual([
			["FINDING_NFTABLES", true],
		]);
	},
);

test("rules that may not be read are no finding", () => {
	expect(() => look("EPERM")).toThrow(KernelError);
});
