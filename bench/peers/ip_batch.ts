import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cidr, guest, knobs, OWNER, tap } from "../guest.js";
import { sources } from "../paths.js";
import type { Commands } from "../peer.js";

const SCRIPT = join(sources, "ip_batch.sh");
const GROUP = 7;

/** Write the files for these guests that `ip -batch` and `nft -f` read. */
export function batchFiles(folder: string, numbers: readonly number[], group = false): void {
	const write = (name: string, lines: readonly string[]): void =>
		writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
	const elements = numbers.map(guest).join(", ");
	write(
		"up.ip",
		numbers.flatMap((i) => [
			`tuntap add dev ${tap(i)} mode tap user ${OWNER}`,
			`address add ${cidr(i)} dev ${tap(i)}`,
			`link set dev ${tap(i)} up${group ? ` group ${GROUP}` : ""}`,
		]),
	);
	write("up.knobs", numbers.flatMap(knobs));
	write("up.nft", [`add element ip bench guests { ${elements} }`]);
	write("down.nft", [`delete element ip bench guests { ${elements} }`]);
	write(
		"down.ip",
		group ? [`link delete group ${GROUP}`] : numbers.map((i) => `link delete dev ${tap(i)}`),
	);
}

/**
 * One `ip -batch` and one `nft -f`, however many guests there are.
 * @param group whether to put all taps into one link group, which ip(8) can delete as one; few users know this
 */
export function ipBatch(folder: string, group = false): Commands {
	return {
		prepare: (numbers) => batchFiles(folder, numbers, group),
		up: () => ["sh", SCRIPT, "up", folder],
		upAll: () => ["sh", SCRIPT, "up", folder],
		down: () => ["sh", SCRIPT, "down", folder],
		downAll: () => ["sh", SCRIPT, "down", folder],
	};
}
