import { expect, test } from "vitest";
import { networkd } from "../../../src/doctor/host/networkd.js";
import { findingsOf } from "../codes.js";
import { link, type MadeUp, tap } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"runs, and takes nothing of ours",
		{
			processes: { "systemd-network": 88 },
			files: {
				"/etc/systemd/network/10-eth.network": "[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n",
			},
		},
		[],
	],
	[
		"takes everything",
		{
			processes: { "systemd-network": 88 },
			files: { "/etc/systemd/network/99.network": "[Match]\nName=*\n" },
		},
		["FINDING_NETWORKD (note)"],
	],
	[
		"takes every Ethernet",
		{
			processes: { "systemd-network": 88 },
			files: { "/run/systemd/network/99.network": "[Match]\nType=ether\n" },
		},
		["FINDING_NETWORKD (note)"],
	],
	[
		"takes all but taps",
		{
			processes: { "systemd-network": 88 },
			files: { "/run/systemd/network/99.network": "[Match]\nName=!tap* virbr*\n" },
		},
		[],
	],
	[
		"takes what has the hardware",
		{
			processes: { "systemd-network": 88 },
			files: { "/run/systemd/network/99.network": "[Match]\nType=ether\nPath=pci-*\n" },
		},
		[],
	],
	[
		"is told before to leave them alone",
		{
			processes: { "systemd-network": 88 },
			files: {
				"/etc/systemd/network/05.network": "[Match]\nName=tap*\n[Link]\nUnmanaged=yes\n",
				"/etc/systemd/network/99.network": "[Match]\nName=*\n",
			},
		},
		[],
	],
	["does not run", { files: { "/etc/systemd/network/99.network": "[Match]\nName=*\n" } }, []],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(networkd, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});

test.each([
	[
		"bridged",
		"ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/10.network\n",
		["FINDING_NETWORKD"],
	],
	["bridged", "ADMIN_STATE=unmanaged\nNETWORK_FILE=/etc/systemd/network/10.network\n", []],
	["nat", "ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/10.network\n", []],
] as const)("the uplink of a tap whose network is %s: %s", (mode, text, finds) => {
	const found = findingsOf(
		networkd,
		{
			processes: { "systemd-network": 88 },
			links: [tap(), link(2, "eth1")],
			ours: { tap0: { mode, uplink: "eth1" } },
			files: { "/run/systemd/netif/links/2": text },
		},
		"tap0",
	);
	expect(found.map(({ code }) => code)).toEqual(finds);
	for (const { message, stops } of found)
		expect([stops, message]).toEqual([false, expect.stringContaining("eth1")]);
});
