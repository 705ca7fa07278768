/**
 * The programs that `umlnet-nl demo` may start: a real guest, and the usual tools to show the host. The build copies
 * this into dist/guest, beside the program, which itself starts nothing.
 */
import { execFileSync } from "node:child_process";
import type { BootGuest, DemoPrograms } from "../../src/demo/demo.js";
import { launchArguments } from "../../src/service/launch.js";
import { type GuestOptions, missing, startGuest } from "./uml.js";

const OWNER = 500;

/** Boots User Mode Linux as the tap's owner, with exactly the arguments that `up` has printed. */
const bootGuest: BootGuest = async (tap, netns) => {
	const { uml, ip } = launchArguments(tap) as Pick<GuestOptions, "ip"> & {
		uml: GuestOptions["net"];
	};
	const guest = await startGuest({
		netns,
		net: uml,
		...(ip && { ip }),
		uid: OWNER,
		timeoutMs: 60_000,
	});
	return {
		what: `User Mode Linux as uid ${OWNER}, booted in ${guest.bootMs.toFixed(0)} ms with: ${uml} ${ip}`,
		async ping(to, count) {
			const { stdout } = await guest.exec(`ping -c ${count} -i 0.2 -W 1 ${to}`);
			const received = Number(/(\d+) packets received/.exec(stdout)?.[1] ?? 0);
			const fastest = /min\/avg\/max = ([\d.]+)\//.exec(stdout)?.[1];
			return {
				to,
				sent: count,
				received,
				milliseconds: fastest === undefined ? undefined : Number(fastest),
			};
		},
		stop: () => guest.stop(),
	};
};

const LOOKS = [
	["ip", "-d", "link", "show", "tap0"],
	["ip", "-brief", "address"],
	["nft", "list", "ruleset"],
] as const;

export const programs: DemoPrograms = {
	missing: missing(),
	bootGuest: missing().length === 0 ? bootGuest : undefined,
	look: (netns) =>
		LOOKS.flatMap((command) => {
			try {
				const output = execFileSync("nsenter", [`--net=${netns}`, ...command], {
					encoding: "utf8",
					stdio: ["ignore", "pipe", "ignore"],
				});
				return [{ command: command.join(" "), output }];
			} catch {
				return []; // If a tool is not installed, its output is left out.
			}
		}),
};
