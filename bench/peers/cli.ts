import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cidr, OWNER, SNAT_TO, spec, tap, UPLINK } from "../guest.js";
import type { Commands } from "../peer.js";

/** Our command line. `umlnet` is the command that starts it. */
export function commandLine(umlnet: readonly string[], folder: string): Commands {
	const file = join(folder, "spec.json");
	const state = ["--state-dir", join(folder, "state")];
	const nat = ["--nat", UPLINK, "--snat-to", SNAT_TO, "--proxy-arp"];
	return {
		prepare: (numbers) => writeFileSync(file, JSON.stringify(spec(numbers))),
		up: (i) => [
			...umlnet,
			"up",
			tap(i),
			"--owner",
			`${OWNER}`,
			"--address",
			cidr(i),
			...nat,
			...state,
		],
		upAll: () => [...umlnet, "up", "-f", file, ...state],
		down: (i) => [...umlnet, "down", tap(i), ...state],
		downAll: () => [...umlnet, "down", "-f", file, ...state],
	};
}
