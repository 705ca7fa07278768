import { expect, test } from "vitest";
import { networkManager } from "../../../src/doctor/host/network-manager.js";
import { findingsOf } from "../codes.js";
import { link, type MadeUp, tap } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"runs, and may take taps",
		{ processes: { NetworkManager: 77 } },
		["FINDING_NETWORK_MANAGER (note)"],
	],
	[
		"is told to leave taps alone",
		{
			processes: { NetworkManager: 77 },
			files: {
				"/etc/NetworkManager/conf.d/90.conf":
					"[keyfile]\nunmanaged-devices=mac:00:11:22:33:44:55;interface-name:tap*\n",
			},
		},
		[],
	],
	[
		"is told by the kind",
		{
			processes: { NetworkManager: 77 },
			files: {
				"/usr/lib/NetworkManager/conf.d/90.conf":
					"[device-taps]\nmatch-device=driver:tun\nmanaged=0\n",
			},
		},
		[],
	],
	[
		"leaves others alone",
		{
			processes: { NetworkManager: 77 },
			files: {
				"/etc/NetworkManager/NetworkManager.conf":
					"[keyfile]\nunmanaged-devices=interface-name:veth*\n",
			},
		},
		["FINDING_NETWORK_MANAGER (note)"],
	],
	[
		"leaves all alone but taps",
		{
			processes: { NetworkManager: 77 },
			files: {
				"/etc/NetworkManager/NetworkManager.conf":
					"[keyfile]\nunmanaged-devices=*,except:interface-name:tap*\n",
			},
		},
		["FINDING_NETWORK_MANAGER (note)"],
	],
	["does not run", { files: { "/etc/NetworkManager/NetworkManager.conf": "[main]\n" } }, []],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(networkManager, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});

test.each([
	["bridged", "[device]\nmanaged=true\nconnection-uuid=x\n", ["FINDING_NETWORK_MANAGER"]],
	["bridged", "[device]\nmanaged=false\n", []],
	["nat", "[device]\nmanaged=true\nconnection-uuid=x\n", []],
] as const)("the uplink of a tap whose network is %s: %s", (mode, text, finds) => {
	const found = findingsOf(
		networkManager,
		{
			processes: { NetworkManager: 77 },
			links: [tap(), link(2, "eth1")],
			ours: { tap0: { mode, uplink: "eth1" } },
			files: { "/run/NetworkManager/devices/2": text },
		},
		"tap0",
	);
	expect(found.map(({ code }) => code)).toEqual(finds);
	for (const { message, stops } of found)
		expect([stops, message]).toEqual([false, expect.stringContaining("eth1")]);
});
