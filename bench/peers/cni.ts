import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { UPLINK } from "../guest.js";
import type { Lab } from "../lab.js";
import { sources } from "../paths.js";
import type { Commands } from "../peer.js";

const SCRIPT = join(sources, "cni.sh");

/**
 * The CNI bridge plugin with host-local IPAM and masquerading. It makes a veth pair where the others make a tap, into
 * the namespace of a container that exists beforehand and is not measured. A bridge has at most 1 023 ports.
 */
export function cni(lab: Lab, folder: string): Commands {
	const config = join(folder, "cni.json");
	writeFileSync(
		config,
		JSON.stringify({
			cniVersion: "1.0.0",
			name: "bench",
			type: "bridge",
			bridge: "cni0",
			isGateway: true,
			ipMasq: true,
			ipam: {
				type: "host-local",
				dataDir: join(folder, "ipam"),
				ranges: [[{ subnet: "10.99.0.0/16" }]],
				routes: [{ dst: "0.0.0.0/0" }],
			},
			args: { uplink: UPLINK },
		}),
	);
	const idle: string[] = [];
	const inUse = new Map<number, string>();
	const call = (verb: string, i: number): string[] => {
		const netns = inUse.get(i) ?? "";
		return ["sh", SCRIPT, verb, `guest${i}`, `/run/netns/${netns}`, config];
	};
	return {
		prepare(numbers) {
			for (const i of numbers) inUse.set(i, inUse.get(i) ?? idle.pop() ?? lab.bare());
		},
		up: (i) => call("ADD", i),
		down(i) {
			const command = call("DEL", i);
			idle.push(inUse.get(i) ?? "");
			inUse.delete(i);
			return command;
		},
	};
}
