import { afterEach, beforeEach, expect, test } from "vitest";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import type { LaunchArguments } from "../../src/service/launch.js";
import { Lab } from "../kernel/lab.js";
import { umlnet } from "../kernel/umlnet.js";
import { canBoot, startQemu } from "./qemu.js";
import type { Guest } from "./uml.js";

let lab: Lab;
let before: Snapshot;
beforeEach(async () => {
	lab = await Lab.open();
	before = lab.look();
});
afterEach(() => lab.close());

const run = (...args: readonly string[]) =>
	umlnet({ netns: lab.host.path, stateDir: lab.stateDir }, ...args);

/** Taps of different types, all as devices of one guest, because booting takes long. */
const TAPS = [
	["tap0", "--nat", "eth1"],
	["tap1", "--nat", "eth1", "--vnet-hdr", "--guest-mac", "52:54:00:12:34:56"],
	["tap2", "--mtu", "1400", "--multi-queue"],
].map((flags, i) => {
	const [host, guest] = [1, 2].map((last) => `192.168.${33 + i}.${last}`);
	const addresses = ["--address", `${host}/24`, "--guest-address", `${guest}/24`];
	return { name: flags[0] as string, host, guest, up: ["up", ...flags, ...addresses] };
});

/** While a guest has the taps open, and afterwards, status must report no drift. */
function settled(): void {
	const status = run("status", "--verify");
	expect(status.stdout).not.toMatch(/drifted|differs/);
	expect(status).toMatchObject({ status: 0 });
	for (const { up } of TAPS)
		expect(run(...up)).toMatchObject({ status: 0, stderr: "nothing to do\n" });
}

const answers = async (guest: Guest, to: string | undefined): Promise<void> => {
	const { stdout } = await guest.exec(`ping -c 3 -W 60 ${to}`);
	expect(stdout).toContain("3 packets transmitted, 3 packets received");
};

test.skipIf(!canBoot())(
	"a QEMU guest gets a network by what is printed, word by word",
	async () => {
		for (const { up } of TAPS) expect(run(...up)).toMatchObject({ status: 0 });
		const { taps } = JSON.parse(run("status", "--json").stdout) as {
			taps: readonly { readonly name: string; readonly launch: LaunchArguments }[];
		};
		const launches = TAPS.map(({ name }) => {
			const { launch } = taps.find((tap) => tap.name === name) ?? {};
			if (launch === undefined) throw new Error(`no ${name}`);
			// The printed arguments must be the same as those in the report.
			expect(run("status", name).stdout).toContain(launch.qemu.join(" "));
			return launch;
		});
		{
			await using guest = await startQemu({
				netns: lab.host.path,
				net: launches.flatMap(({ qemu }) => qemu),
			});
			for (const [i, { inGuest }] of launches.entries()) {
				// The commands are written for a guest with a single device.
				const typed = inGuest.join("; ").replaceAll("eth0", `eth${i}`);
				const { stdout } = await guest.exec(
					i === 0 ? typed : typed.replace(/; ip route add default.*/, ""),
				);
				expect(stdout).toBe("");
				await answers(guest, TAPS[i]?.host);
			}
			// The router of the LAN, reached through source NAT.
			await answers(guest, "10.33.33.1");
			const { stdout } = await guest.exec("ip link show eth2; cat /sys/class/net/eth1/address");
			expect(stdout).toContain("mtu 1400");
			expect(stdout).toContain("52:54:00:12:34:56");
			settled();
		}
		settled();
		expect(run("down", "--all")).toMatchObject({ status: 0 });
		expect(lab.changes(before)).toEqual([]);
	},
);
