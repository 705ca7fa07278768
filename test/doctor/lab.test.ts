/**
 * A host with a guest, things broken on it one by one, and each time a real packet that does not arrive: `doctor` has to
 * name the cause first. And as many hosts on which nothing is broken, though it may look so: there it has to name none.
 */
import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, test } from "vitest";
import type { Finding } from "../../src/service/diagnosis.js";
import { report, sized, THOROUGH } from "../fault/campaign.js";
import { Lab } from "../kernel/lab.js";
import { labSpec } from "../kernel/specs.js";
import { settled } from "../oracle/settled.js";
import { Guest, type GuestConfig } from "./guest.js";
import { doctorPage } from "./page.js";
import { type Base, BREAKAGES, HEALTHY, type Healthy, type Scenario } from "./scenarios.js";

const MAC = "52:54:00:00:00:22";
const WORLD4 = "9.9.9.9";
const WORLD6 = "2620:fe::fe";

interface Ground {
	readonly network: Readonly<Record<string, unknown>> | undefined;
	readonly guest: GuestConfig;
	readonly script: string;
	readonly to: Readonly<Record<"router" | "world" | "host", string>>;
	/** What the guest publishes. */
	readonly publish?: readonly string[];
}
const to4 = { router: "10.33.33.1", world: WORLD4 };
const guest4 = { mac: MAC, address: "192.168.33.34", prefix: 24, gateway: "192.168.33.33" };

const GROUNDS: Readonly<Record<Base, Ground>> = {
	nat: {
		network: { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] },
		guest: guest4,
		script: "",
		to: { ...to4, host: "192.168.33.33" },
	},
	nat6: {
		network: { mode: "nat", uplink: "eth1", addresses: ["fd33::33/64"] },
		guest: { mac: MAC, address: "fd33::34", prefix: 64, gateway: "fd33::33" },
		script:
			"ip addr add 2001:db8:33::34/64 dev eth1 nodad; ip -6 route add default via 2001:db8:33::1",
		to: { router: "2001:db8:33::1", world: WORLD6, host: "fd33::33" },
	},
	bridged: {
		network: { mode: "bridged", bridge: "br0", uplink: "eth1" },
		guest: { mac: MAC, address: "10.33.33.36", prefix: 8, gateway: "10.33.33.1" },
		script: "",
		to: { ...to4, host: "10.33.33.34" },
	},
	published: {
		network: { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] },
		guest: guest4,
		script: "",
		to: { ...to4, host: "192.168.33.33" },
		publish: ["2222:22/tcp"],
	},
	foreign: {
		network: undefined,
		guest: guest4,
		script: `ip tuntap add tap0 mode tap user 500; ip addr add 192.168.33.33/24 dev tap0; ip link set tap0 up
			sysctl -qw net.ipv4.ip_forward=1`,
		to: { ...to4, host: "192.168.33.33" },
	},
};

const LAN = `
ip link set lo up
ip addr add ${WORLD4}/32 dev lo
ip addr add ${WORLD6}/128 dev lo nodad
ip addr add 2001:db8:33::1/64 dev lan0 nodad
`;

interface Seen {
	readonly arrived: boolean;
	readonly findings: readonly Finding[];
}

/** Whether what is sent arrives and is answered: what the guest asks, or who connects to its published port. */
async function reaches(
	lab: Lab,
	guest: Guest,
	{ to: whom = "router" }: Healthy,
	to: Ground["to"],
	within: number,
): Promise<boolean> {
	if (whom !== "from the LAN" && whom !== "from the host") return guest.ping(to[whom], within);
	// Of a guest that says nothing nobody knows that it is there.
	await guest.ping(to.host, 1000);
	const from = whom === "from the LAN" ? lab.lan : lab.host;
	const child = from.spawn("bash", "-c", "exec 3<>/dev/tcp/10.33.33.34/2222");
	const end = Date.now() + Math.max(within, 1000);
	while (child.exitCode === null && Date.now() < end) await guest.serve(50);
	child.kill("SIGKILL");
	return child.exitCode === 0;
}

async function look(one: Healthy & Pick<Scenario, "guest">, within: number): Promise<Seen> {
	const { network, guest: config, script, to, publish = [] } = GROUNDS[one.base];
	const lab = await Lab.open(script);
	lab.lan.sh(LAN);
	let guest: Guest | undefined;
	try {
		if (network !== undefined) {
			const addresses = [`${config.address}/${config.prefix}`];
			const spec = labSpec(network, { tap0: { guest: { addresses, mac: config.mac }, publish } });
			await lab.run((host) => host.up(spec));
		}
		if (one.guest !== "absent") guest = new Guest("tap0", config);
		await settled();
		lab.lan.sh(one.lan ?? "true");
		lab.host.sh(one.host ?? "true");
		if (one.guest === "asks") guest?.discover();
		const arrived =
			one.guest === undefined &&
			guest !== undefined &&
			(await reaches(lab, guest, one, to, within));
		const { result } = await lab.run((host) => host.doctor("tap0"));
		return { arrived, findings: result.findings };
	} finally {
		guest?.close();
		lab.close();
	}
}

/** A share of them in CI, spread over all kinds. */
const share = <T>(all: readonly T[]): readonly T[] => {
	const wanted = sized(16, all.length);
	const step = Math.max(1, Math.floor(all.length / wanted));
	return all.filter((_, i) => i % step === 0);
};

const rows: { readonly scenario: Scenario; readonly first: Finding | undefined }[] = [];
const wrong: string[] = [];
let alarms = 0;
let well = 0;

/** Where root may make namespaces and iptables is there. */
const canRun = process.getuid?.() === 0;

describe.skipIf(!canRun)("what is broken", () => {
	afterAll(() => {
		report({
			campaign: "doctor",
			cases: rows.length + well,
			of: BREAKAGES.length + HEALTHY.length,
			deviations: wrong.length + alarms,
			notes: `${rows.length} breakages, ${wrong.length} not named first; ${well} healthy hosts, ${alarms} false alarms`,
		});
	});

	test.each(share(BREAKAGES))("$base: $name", async (scenario) => {
		const { arrived, findings } = await look(scenario, 450);
		expect(arrived).toBe(false);
		const [first] = findings.filter(({ stops }) => stops);
		rows.push({ scenario, first });
		if (first === undefined || !scenario.finds.includes(first.code)) wrong.push(scenario.name);
		expect(scenario.finds).toContain(first?.code);
		// What is said mends it is a command that is there.
		if (first?.remedy !== undefined)
			expect(() => execFileSync("sh", ["-nc", first.remedy as string])).not.toThrow();
	});

	test.each(share(HEALTHY))("$base: nothing: $name", async (scenario) => {
		const { arrived, findings } = await look(scenario, 3000);
		expect(arrived).toBe(true);
		well++;
		const stops = findings.filter((one) => one.stops);
		if (stops.length > 0) alarms++;
		expect(stops).toEqual([]);
	});

	// Of a part of the lab not all of the page can be made.
	if (THOROUGH)
		test("is told in docs/doctor.md", async () => {
			await expect(doctorPage(rows)).toMatchFileSnapshot("../../docs/doctor.md");
		});
});
