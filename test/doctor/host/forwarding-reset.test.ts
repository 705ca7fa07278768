import { expect, test } from "vitest";
import { forwardingReset } from "../../../src/doctor/host/forwarding-reset.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ON = { "net/ipv4/ip_forward": "1" };
const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"a file that turns it off",
		{ settings: ON, files: { "/etc/sysctl.d/50-x.conf": "net.ipv4.ip_forward = 0\n" } },
		["FINDING_FORWARDING_RESET (note)"],
	],
	[
		"in its other name",
		{ settings: ON, files: { "/usr/lib/sysctl.d/50-x.conf": "-net/ipv4/conf/all/forwarding=0\n" } },
		["FINDING_FORWARDING_RESET (note)"],
	],
	[
		"the last file counts",
		{
			settings: ON,
			files: {
				"/etc/sysctl.d/50-x.conf": "net.ipv4.ip_forward = 0\n",
				"/usr/lib/sysctl.d/60-y.conf": "net.ipv4.ip_forward = 1\n",
			},
		},
		[],
	],
	[
		"a file of that name in a more important place counts",
		{
			settings: ON,
			files: {
				"/etc/sysctl.d/50-x.conf": "# nothing\n",
				"/usr/lib/sysctl.d/50-x.conf": "net.ipv4.ip_forward = 0\n",
			},
		},
		[],
	],
	[
		"sysctl.conf is read last",
		{
			settings: ON,
			files: {
				"/etc/sysctl.conf": "net.ipv4.ip_forward = 0\n",
				"/etc/sysctl.d/99-x.conf": "net.ipv4.ip_forward = 1\n",
			},
		},
		["FINDING_FORWARDING_RESET (note)"],
	],
	["a comment", { settings: ON, files: { "/etc/sysctl.conf": "# net.ipv4.ip_forward = 0\n" } }, []],
	[
		"forwarding of single interfaces, which that does not touch",
		{
			settings: { "net/ipv4/ip_forward": "0" },
			files: { "/etc/sysctl.conf": "net.ipv4.ip_forward = 0\n" },
		},
		[],
	],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(forwardingReset, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
