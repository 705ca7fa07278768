import { join } from "node:path";
import { guest, host, SNAT_TO, tap, UPLINK } from "../guest.js";
import { inside } from "../lab.js";
import { sources } from "../paths.js";
import type { Commands } from "../peer.js";
import { batchFiles } from "./ip_batch.js";

const SCRIPT = join(sources, "seed.sh");

/** The classic shell tools: tunctl, ifconfig, iptables. */
export function seed(netns: string, folder: string): Commands {
	const command = (verb: string, i: number): string[] => [
		"sh",
		SCRIPT,
		verb,
		tap(i),
		host(i),
		guest(i),
	];
	return {
		up: (i) => command("up", i),
		down: (i) => command("down", i),
		// The growth row only needs the guests to exist, so they are not brought up by thousands of processes.
		fill(numbers) {
			batchFiles(folder, numbers);
			inside(netns, ["ip", "-batch", join(folder, "up.ip")]);
			const rules = numbers.map(
				(i) => `-A POSTROUTING -s ${guest(i)} -o ${UPLINK} -j SNAT --to-source ${SNAT_TO}`,
			);
			const table = ["*nat", ...rules, "COMMIT", ""].join("\n");
			inside(netns, ["iptables-restore", "--noflush"], table);
		},
	};
}
