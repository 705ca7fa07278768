import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../src/service/diagnosis.js";
import type { Scenario } from "./scenarios.js";

const cell = (text: string): string => text.replaceAll("|", "\\|");
const GROUNDS = {
	nat: "NAT",
	nat6: "NAT, IPv6",
	bridged: "bridged",
	foreign: "a tap of others",
	published: "NAT, a published port",
} as const;

/** The codes with their meanings, as the library's own words have them. */
export function findingCodes(): readonly (readonly [code: string, meaning: string])[] {
	const source = readFileSync(join(import.meta.dirname, "../../src/service/diagnosis.ts"), "utf8");
	return [...source.matchAll(/^ \* \| (FINDING_\w+) \| (.+) \|$/gm)].map(
		([, code = "", meaning = ""]) => [code, meaning] as const,
	);
}

/** docs/doctor.md: what the lab breaks, and what `doctor` says of it first. */
export function doctorPage(
	rows: readonly { readonly scenario: Scenario; readonly first: Finding | undefined }[],
): string {
	return `<!-- Made by the lab of test/doctor: do not edit. -->

# When a guest does not get through: \`umlnet-nl doctor TAP\`

\`\`\`sh
sudo umlnet-nl doctor tap0               # the first thing on the guest's way that stops it
sudo umlnet-nl why tap0 192.0.2.7:443    # the way of one packet and of its answer, stage by stage
sudo umlnet-nl doctor                    # is this host able and fit?
\`\`\`

They change nothing, and take taps that umlnet-nl has not made as well. Exit 6 says that something stops packets. With
\`--json\` each finding has a stable code; \`umlnet-nl schema output\` says what else is in it.

The rules of all tables are tried on the packet as the kernel would: sets, maps, jumps, NAT, and the matches of iptables
that are in wide use. What nobody can know beforehand (rates, the time, other machines) is followed both ways and said. Rules
of iptables-legacy cannot be read; that they are there is said.

## What was broken in the lab, and what \`doctor\` said first

Each time a real packet of a guest did not arrive, or was not answered.

| network | what was broken | code | what \`doctor\` says | what mends it |
|---|---|---|---|---|
${rows
	.map(({ scenario: { name, base }, first }) => {
		const { code = "", message = "", remedy } = first ?? {};
		return `| ${GROUNDS[base]} | ${cell(name)} | ${code} | ${cell(message)} | ${remedy === undefined ? "" : `\`${cell(remedy)}\``} |`;
	})
	.join("\n")}

## Every code

A finding that does not stop packets now, but may, is a note: \`stops\` is false, and the exit status stays 0.

| code | meaning |
|---|---|
${findingCodes()
	.map(([code, meaning]) => `| ${code} | ${meaning} |`)
	.join("\n")}
`;
}
