/** The actions of others on one host. */
import { setTimeout as sleep } from "node:timers/promises";
import { LinuxKernel } from "../../../src/kernel/linux.js";
import { readIndex } from "../../../src/kernel/read.js";
import type { Lab } from "../../kernel/lab.js";
import type { Scenario } from "./scenario.js";

/** The placeholders in the script of a mutation, and their values on one host. */
export type Names = Readonly<Record<string, string>>;
export const written = (script: string, names: Names): string =>
	script.replace(/\b(?:U|M|B|T|S|A|N|TN|BN|LAN|HERE)\b/g, (name) => names[name] ?? name);

/** The values if nothing of ours is there: the uplink has its addresses itself. */
export function namesOf({ spec, bridge }: Scenario): Names {
	const tap = Object.keys(spec.taps)[0] as string;
	const [network] = Object.values(spec.networks);
	const address = spec.taps[tap]?.addresses[0] ?? network?.addresses[0] ?? "";
	return { U: "eth1", M: "eth1", T: tap, B: bridge ?? "", S: bridge ?? tap, A: address };
}

/** The values that differ from host to host. */
export const namesOn = (lab: Lab): Names => ({
	N: numberOf("eth1"),
	LAN: lab.lan.path,
	HERE: lab.host.path,
});

export function numberOf(link: string): string {
	const kernel = new LinuxKernel();
	const index = readIndex(kernel, link) ?? 0;
	kernel.close();
	return `${index}`;
}

/** Run the script of a mutation. @returns whether the host accepted any of it */
export async function act(lab: Lab, script: string, seconds = 0): Promise<boolean> {
	const lines = script.split("\n").filter((line) => line.trim() !== "");
	const each = lines.map((line) => `{ ${line}; } > /dev/null 2>&1 && echo took\n`).join("");
	const said = lab.host.sh(`set +e\n${each}true`);
	await sleep(1000 * seconds);
	return said !== "";
}
