import { expect, test } from "vitest";
import { firewallManager } from "../../../src/doctor/host/firewall-manager.js";
import * as uapi from "../../../src/uapi/index.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";
import { table } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"docker and ufw",
		{
			tables: [
				table("filter", ["DOCKER-USER", "ufw-before-forward"]),
				table("nat", ["POSTROUTING"]),
			],
		},
		["FINDING_FOREIGN_MANAGER (note)", "FINDING_FOREIGN_MANAGER (note)"],
	],
	[
		"libvirt",
		{ tables: [table("libvirt_network", ["forward"])] },
		["FINDING_FOREIGN_MANAGER (note)"],
	],
	[
		"firewalld",
		{ tables: [table("firewalld", ["filter_FORWARD"], undefined, uapi.NFPROTO_INET)] },
		["FINDING_FOREIGN_MANAGER (note)"],
	],
	[
		"nobody's rules, and ours",
		{ tables: [table("mine", ["c"]), table("umlnet-nl", ["guard"])] },
		[],
	],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(firewallManager, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
