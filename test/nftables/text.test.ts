/** Rules as nft writes them: what it lists of a rule that was added in its own words is what ours makes of the kernel's. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LinuxKernel } from "../../src/kernel/linux.js";
import { readRawRuleset } from "../../src/nftables/machine/read.js";
import { tablesOf } from "../../src/nftables/machine/ruleset.js";
import { RuleWriter } from "../../src/nftables/text/rule.js";
import { Machine } from "../kernel/machine.js";

const RULES = [
	"ip saddr 10.0.0.1 drop",
	"ip daddr 10.0.0.0/8 tcp dport 22 accept",
	"tcp dport { 22, 80, 443 } accept",
	"udp dport 1000-2000 counter packets 0 bytes 0 drop",
	'iifname "tap0" oifname != "eth0" accept',
	"iifname @links drop",
	"ip saddr @bad counter packets 0 bytes 0 drop",
	"ct state established,related accept",
	"meta l4proto tcp accept",
	"meta mark 0x00000007 drop",
	"meta mark set 0x00000001",
	"jump inner",
	"goto inner",
	"limit rate 10/second accept",
	"tcp flags syn drop",
	"icmp type echo-request drop",
	"notrack",
	'log prefix "x: " drop',
	"tcp dport vmap { 22 : drop, 80 : accept }",
	"ip protocol icmp return",
];

let machine: Machine;
beforeAll(() => {
	machine = new Machine();
	const commands = RULES.map((rule) => `add rule ip t c ${rule}`).join("\n");
	machine.sh(`nft -f - <<'EOF'
table ip t {
	set bad { type ipv4_addr; elements = { 10.0.0.9 } }
	set links { type ifname; }
	chain inner { }
	chain c { type filter hook prerouting priority -310; }
}
${commands}
EOF`);
});
afterAll(() => machine.close());

describe.skipIf(process.getuid?.() !== 0)("a rule", () => {
	test("is written as nft writes it", () => {
		const kernel = new LinuxKernel();
		const [table] = tablesOf(readRawRuleset(kernel));
		kernel.close();
		const chain = table?.chains.get("c");
		const writer = new RuleWriter();
		const ours = chain?.rules.map((rule) => (table ? writer.write(table, rule) : ""));
		const listed = machine.sh("nft list chain ip t c").split("\n");
		const theirs = listed.slice(3, -3).map((line) => line.trim());
		// nft leaves out what is nft's own default, and ours what the listing does not say.
		const plain = (text: string): string => text.replace(/ burst \d+ packets/, "");
		expect(ours?.map(plain)).toEqual(theirs.map(plain));
	});
});
