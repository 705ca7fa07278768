import { expect, test } from "vitest";
import type { DoctorReport, WhyQuery, WhyReport } from "../../src/service/diagnosis.js";
import { umlnet } from "./console.js";

const FINDING = {
	code: "FINDING_RULE_DROPS",
	message: "rule 7 of chain ip filter FORWARD (docker) drops it",
	evidence: ["ip filter FORWARD: drop"],
	remedy: "iptables -I DOCKER-USER -i tap0 -j ACCEPT",
	stops: true,
} as const;

const report = (query: WhyQuery, arrives: boolean): WhyReport => ({
	tap: query.tap,
	direction: query.direction ?? "to",
	packet: { source: "10.0.0.2", destination: query.address, protocol: "tcp", port: query.port },
	arrives,
	way: [
		{ stage: "tap", message: "tap0 is up", verdict: "passes", rules: [] },
		...(arrives
			? []
			: [
					{
						stage: "forward",
						message: FINDING.message,
						verdict: "stopped" as const,
						rules: [],
						finding: FINDING,
					},
				]),
	],
	back: [],
	...(!arrives && { finding: FINDING }),
	dependsOn: ["a rate"],
	assumed: [],
});

test.each([
	[["192.0.2.7"], { direction: "to", address: "192.0.2.7" }],
	[["to", "192.0.2.7:443"], { direction: "to", address: "192.0.2.7", port: 443 }],
	[
		["from", "192.0.2.7:53/udp"],
		{ direction: "from", address: "192.0.2.7", port: 53, protocol: "udp" },
	],
	[["2001:db8::7"], { direction: "to", address: "2001:db8::7" }],
	[["[2001:db8::7]:80"], { direction: "to", address: "2001:db8::7", port: 80 }],
	[["192.0.2.7/icmp"], { direction: "to", address: "192.0.2.7", protocol: "icmp" }],
])("why tap0 %j asks", async (words, wanted) => {
	const asked: WhyQuery[] = [];
	const why = async (query: WhyQuery) => {
		asked.push(query);
		return report(query, true);
	};
	const { status } = await umlnet(["why", "tap0", ...words], { host: { why } });
	expect(status).toBe(0);
	expect(JSON.parse(JSON.stringify(asked))).toEqual([{ tap: "tap0", ...wanted }]);
});

test.each([
	[["why", "tap0"]],
	[["why", "tap0", "192.0.2.7:0"]],
	[["why", "tap0", "192.0.2.7:99999"]],
	[["why", "tap0", "192.0.2.7:80/quic"]],
	[["why", "tap0", "192.0.2.7/tcp"]],
	[["why", "tap0", "192.0.2.7", "192.0.2.8"]],
])("%j is bad usage", async (argv) => {
	expect((await umlnet(argv)).status).toBe(2);
});

test("why says what stops the packet, and the command that mends it", async () => {
	const why = async (query: WhyQuery) => report(query, false);
	const { status, stdout } = await umlnet(["why", "tap0", "192.0.2.7:443"], { host: { why } });
	expect(status).toBe(6);
	expect(stdout).toContain("FINDING_RULE_DROPS");
	expect(stdout).toContain(FINDING.remedy);
	expect(stdout).toContain("depends on: a rate");
	const json = await umlnet(["why", "tap0", "192.0.2.7:443", "--json"], { host: { why } });
	expect(JSON.parse(json.stdout)).toMatchObject({
		arrives: false,
		finding: { code: FINDING.code },
	});
});

test("doctor names what it found, and ends with 6 where something stops packets", async () => {
	const found = (stops: boolean): DoctorReport => ({
		tap: "tap0",
		healthy: !stops,
		findings: [{ ...FINDING, stops }],
		checks: [
			{ check: "tun", outcome: "ok" },
			{ check: "nf_tables", outcome: "unread", reason: "operation not permitted" },
		],
	});
	for (const stops of [true, false]) {
		const doctor = async () => found(stops);
		const { status, stdout } = await umlnet(["doctor", "tap0"], { host: { doctor } });
		expect(status).toBe(stops ? 6 : 0);
		expect(stdout).toContain("not looked at: nf_tables: operation not permitted");
		const json = await umlnet(["doctor", "tap0", "--json"], { host: { doctor } });
		expect(JSON.parse(json.stdout)).toMatchObject({ healthy: !stops });
	}
});
