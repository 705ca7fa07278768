/** What kept people from getting through from the first day on, each found by a name of its own. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MAIN } from "../kernel/umlnet.js";
import { findingCodes } from "./page.js";
import { BREAKAGES } from "./scenarios.js";

const SRC = join(import.meta.dirname, "../../src");

/** Where each of them is tried: in the lab, or below. */
const DEAD_ENDS: Readonly<Record<string, string>> = {
	"no tun in the kernel": "FINDING_NO_TUN",
	"/dev/net/tun may not be opened": "FINDING_TUN_ACCESS",
	"the tap is down": "FINDING_TAP_DOWN",
	"the tap has no owner": "FINDING_TAP_OWNER",
	"guest and host have one address": "FINDING_GUEST_ADDRESS",
	"ip_forward is off": "FINDING_FORWARDING_OFF",
	"no source NAT": "FINDING_NO_SNAT",
	"another rule of iptables drops": "FINDING_RULE_DROPS",
	"no route in the guest: no packet ever came": "FINDING_GUEST_SILENT",
	"the way out is not the uplink": "FINDING_WRONG_UPLINK",
	"broadcasting for a lease, timed out": "FINDING_DHCP_UNANSWERED",
};

/** In a mount namespace in which /dev/net is as a script leaves it; the machine's own stays as it is. */
function doctorWith(
	script: string,
	uid = 0,
): {
	readonly status: number | null;
	readonly codes: readonly string[];
	readonly unread: readonly string[];
} {
	const directory = mkdtempSync(join(tmpdir(), "umlnet-nl-"));
	chmodSync(directory, 0o755);
	const state = join(directory, "state");
	const run = `mount --make-rprivate /\nmount -t tmpfs none /dev/net\n${script}\nexec setpriv --reuid=${uid} --clear-groups ${process.execPath} ${MAIN} --state-dir ${state} doctor --json`;
	const { status, stdout } = spawnSync(
		"unshare",
		["-mnpf", "--kill-child", "--mount-proc", "sh", "-euc", run],
		{ encoding: "utf8" },
	);
	const { findings, checks } = JSON.parse(stdout) as {
		findings: { code: string }[];
		checks: { check: string; outcome: string }[];
	};
	return {
		status,
		codes: findings.map(({ code }) => code),
		unread: checks.filter(({ outcome }) => outcome === "unread").map(({ check }) => check),
	};
}

/** A host with all that it takes, whatever the machine of the test has set. `program` starts one of that name. */
const FIT = `mknod -m 666 /dev/net/tun c 10 200
for name in rp_filter arp_ignore accept_local route_localnet; do sysctl -qw net.ipv4.conf.all.$name=0; done
sysctl -qw net.ipv6.conf.default.disable_ipv6=0
mount -t tmpfs none /run
within=
program() {
	cp "$(command -v sleep)" "/run/$1"
	$within "/run/$1" 60 >/dev/null 2>&1 &
	sleep 0.3
}`;

describe.skipIf(process.getuid?.() !== 0)("the host", () => {
	test("has no /dev/net/tun", () => {
		expect(doctorWith("true")).toMatchObject({ status: 6, codes: ["FINDING_NO_TUN"] });
	});

	test("has one that may not be opened, and rules that may not be read; all else is looked at", () => {
		const { status, codes, unread } = doctorWith("mknod -m 600 /dev/net/tun c 10 200", 65_534);
		expect(status).toBe(6);
		expect(codes[0]).toBe("FINDING_TUN_ACCESS");
		expect(codes).toContain("FINDING_CAPABILITY");
		expect(unread).toContain("nf_tables");
	});

	test("has all that it takes", () => {
		expect(doctorWith(FIT)).toMatchObject({ status: 0, codes: [] });
	});

	test.each([
		[
			"sysctl -qw net.ipv4.conf.all.rp_filter=1; ip rule add from 10.0.0.0/8 lookup 100",
			"STRICT_RP_FILTER",
		],
		["sysctl -qw net.ipv4.conf.all.arp_ignore=8", "ARP_IGNORE"],
		["sysctl -qw net.ipv4.conf.all.accept_local=1", "ACCEPT_LOCAL"],
		["sysctl -qw net.ipv4.conf.all.route_localnet=1", "ROUTE_LOCALNET"],
		["sysctl -qw net.ipv6.conf.all.disable_ipv6=1", "IPV6_DISABLED"],
		[
			"sysctl -qw net.ipv4.ip_forward=1; mkdir -p /run/sysctl.d; echo net.ipv4.ip_forward=0 > /run/sysctl.d/zz.conf",
			"FORWARDING_RESET",
		],
		["program NetworkManager", "NETWORK_MANAGER"],
		[
			"program systemd-networkd; mkdir -p /run/systemd/network; printf '[Match]\\nName=*\\n' > /run/systemd/network/00.network",
			"NETWORKD",
		],
	])("is told of what may be in the way: %s", (script, code) => {
		expect(doctorWith(`${FIT}\n${script}`)).toMatchObject({
			status: 0,
			codes: [`FINDING_${code}`],
			unread: [],
		});
	});

	test("is not told of programs that are in another network namespace", () => {
		expect(doctorWith(`${FIT}\nwithin="unshare -n"\nprogram NetworkManager`).codes).toEqual([]);
	});
});

test("every dead end has a name, and is tried", () => {
	const tried = new Set<string>(BREAKAGES.flatMap(({ finds }) => finds));
	const alone = readFileSync(join(import.meta.dirname, "checks.test.ts"), "utf8");
	const here = readFileSync(import.meta.filename, "utf8");
	for (const code of Object.values(DEAD_ENDS))
		expect([code, tried.has(code) || alone.includes(code) || here.split(code).length > 2]).toEqual([
			code,
			true,
		]);
	expect(Object.keys(DEAD_ENDS)).toHaveLength(11);
});

test("every code is said somewhere, and has a meaning", () => {
	const files = readdirSync(join(SRC, "doctor"), { recursive: true, encoding: "utf8" }).filter(
		(name) => name.endsWith(".ts"),
	);
	const said = new Set(
		files.flatMap(
			(name) => readFileSync(join(SRC, "doctor", name), "utf8").match(/FINDING_\w+/g) ?? [],
		),
	);
	expect([...said].toSorted()).toEqual(
		findingCodes()
			.map(([code]) => code)
			.toSorted(),
	);
	const page = readFileSync(join(SRC, "../docs/doctor.md"), "utf8");
	const table = page.slice(page.indexOf("## Every code"));
	expect(
		[...table.matchAll(/^\| (FINDING_\w+) \| (.+) \|$/gm)].map(([, code, meaning]) => [
			code,
			meaning,
		]),
	).toEqual(findingCodes());
});
