/** The ways to the ports that a guest publishes: who is asked for, and what is said of each. */
import { afterEach, describe, expect, test } from "vitest";
import type { Finding } from "../../src/service/diagnosis.js";
import { Lab } from "../kernel/lab.js";
import { labSpec } from "../kernel/specs.js";
import { settled } from "../oracle/settled.js";
import { Guest } from "./guest.js";

const GUEST = { mac: "52:54:00:00:00:22", address: "192.168.33.34", prefix: 24 };
let lab: Lab | undefined;
let guest: Guest | undefined;
afterEach(() => {
	guest?.close();
	lab?.close();
	guest = lab = undefined;
});

/** What is found of a guest that publishes this, after a script has run on its host. */
async function found(
	publish: readonly string[],
	script = "true",
	network: Readonly<Record<string, unknown>> = { mode: "nat", uplink: "eth1" },
): Promise<readonly Finding[]> {
	lab = await Lab.open();
	const { address, prefix, mac } = GUEST;
	const tap = { guest: { addresses: [`${address}/${prefix}`], mac }, publish };
	const spec = labSpec({ addresses: ["192.168.33.33/24"], ...network }, { tap0: tap });
	await lab.run((host) => host.up(spec));
	guest = new Guest("tap0", { ...GUEST, gateway: "192.168.33.33" });
	await settled();
	await guest.ping("192.168.33.33", 1000);
	lab.host.sh(script);
	const { result } = await lab.run((host) => host.doctor("tap0"));
	return result.findings;
}
const told = (findings: readonly Finding[]): string[] =>
	findings.map(
		({ code, stops, message }) => `${code}${stops ? "" : " (note)"} ${message.split(",")[0]}`,
	);
const chain = (hook: string, rule: string): string =>
	`nft add table ip foreign; nft 'add chain ip foreign c { type filter hook ${hook} priority -300; }'; nft add rule ip foreign c ${rule}`;

describe.skipIf(process.getuid?.() !== 0)("published ports", () => {
	test("that lead to the guest: what listens there is its own matter", async () => {
		const findings = await found([
			"2222:22",
			"10.33.33.34:53:53/udp",
			"7000-7010:7000-7010",
			"9:9/sctp",
		]);
		expect(findings.map(({ code, stops }) => [code, stops])).toEqual([
			["FINDING_GUEST_PORTS", false],
		]);
		expect(findings[0]?.message).toContain("22/tcp, 53/udp, 7000-7010/tcp, 9/sctp");
		expect(findings[0]?.remedy).toBe("umlnet-nl trace tap0 port 22");
	});

	test("none", async () => {
		expect(await found([])).toEqual([]);
	});

	test("of the loopback address, which only the host reaches", async () => {
		const drop = chain("output", "ip daddr 127.0.0.1 tcp dport 2222 drop");
		const findings = await found(["127.0.0.1:2222:22"], drop);
		expect(findings.map(({ code, stops }) => [code, stops])).toEqual([
			["FINDING_RULE_DROPS", true],
		]);
		expect(findings[0]?.message).toMatch(
			/^port 2222\/tcp of 127.0.0.1, from the host itself: rule/,
		);
	});

	test("that are dropped behind their translation, though only what the host sends", async () => {
		const postrouting = chain(
			"postrouting",
			"oifname tap0 ip daddr 192.168.33.34 tcp dport 22 drop",
		);
		const findings = await found(
			["2222:22"],
			`${postrouting}; nft insert rule ip foreign c iifname eth1 accept`,
		);
		expect(told(findings)).toEqual(["FINDING_RULE_DROPS port 2222/tcp of 10.33.33.34"]);
		expect(findings[0]?.message).toContain("from the host itself");
	});

	test("that no rule translates", async () => {
		const findings = await found(["2222:22"], "nft flush map inet umlnet-nl publish_any4");
		expect(told(findings.filter(({ stops }) => stops))).toEqual([
			"FINDING_NOT_PUBLISHED port 2222/tcp of 10.33.33.34",
			"FINDING_NOT_PUBLISHED port 2222/tcp of 10.33.33.34",
		]);
	});
});
