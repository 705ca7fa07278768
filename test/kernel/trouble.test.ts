import { chmodSync, chownSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Lab } from "./lab.js";
import { errorOf, umlnet } from "./umlnet.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

/** Run a script in a private mount namespace before the command. */
const after = (script: string): string[] => [
	...["unshare", "--mount", "--propagation", "private"],
	...["sh", "-euc", `${script}\nexec "$@"`, "sh"],
];
const USER = "--reuid=1000";
const asUser = (...options: string[]): string[] => [
	...["setpriv", USER, "--regid=1000", "--clear-groups"],
	...["--inh-caps=-all,+net_admin", "--ambient-caps=-all,+net_admin", ...options],
];
const READ_ONLY = "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys";
const OPEN_TUN = `
	mount -t tmpfs -o mode=755 none /dev/net
	mknod -m 666 /dev/net/tun c 10 200`;

const S1 = ["up", "tap0", "--owner", "500", "--address", "192.168.33.33/24"];
const S2 = ["up", "tap0", "--owner", "500", "--bridge", "br0", "--uplink", "eth1"];
const S3 = [...S1, "--nat", "eth1", "--snat-to", "10.33.33.34"];
const GLOBAL = `
version: 1
networks:
  lab: { mode: nat, uplink: eth1, addresses: [192.168.33.33/24], forwarding: global }
taps:
  tap0: { network: lab, owner: 500 }
`;

const run = (under: readonly string[], args: readonly string[], input?: string) =>
	umlnet({ netns: lab.host.path, stateDir: lab.stateDir, under, input }, ...args);

interface Trouble {
	/** What is wrong with the host. */
	readonly script?: string;
	readonly under?: readonly string[];
	readonly args: readonly string[];
	readonly input?: string;
	readonly status: number;
	readonly code: string;
	readonly says: RegExp;
	readonly hint?: RegExp;
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
	"no /dev/net/tun": {
		under: after("mount -t tmpfs none /dev/net"),
		args: S1,
		status: 3,
		code: "ERR_KERNEL",
		says: /\/dev\/net\/tun.*ENOENT/,
		hint: /modprobe tun/,
	},
	"a /dev/net/tun that this user may not open": {
		under: asUser(),
		args: S1,
		status: 4,
		code: "ERR_PERMISSION",
		says: /\/dev\/net\/tun/,
		hint: /chmod .*\/dev\/net\/tun/,
	},
	"no CAP_NET_ADMIN for a tap": {
		under: ["setpriv", "--bounding-set=-net_admin"],
		args: S1,
		status: 4,
		code: "ERR_PERMISSION",
		says: /EPERM/,
		hint: /CAP_NET_ADMIN/,
	},
	"no CAP_NET_ADMIN for a bridge": {
		under: ["setpriv", "--bounding-set=-net_admin"],
		args: S2,
		status: 4,
		code: "ERR_PERMISSION",
		says: /EPERM/,
		hint: /CAP_NET_ADMIN/,
	},
	"no CAP_NET_ADMIN for NAT": {
		under: ["setpriv", "--bounding-set=-net_admin"],
		args: S3,
		status: 4,
		code: "ERR_PERMISSION",
		says: /EPERM/,
		hint: /CAP_NET_ADMIN/,
	},
	"root of a user namespace that does not own the network": {
		under: ["unshare", "--user", "--map-root-user"],
		args: S1,
		status: 4,
		code: "ERR_PERMISSION",
		says: /EPERM/,
		hint: /CAP_NET_ADMIN/,
	},
	"a read-only /proc/sys": {
		under: after(READ_ONLY),
		args: ["up", "-f", "-"],
		input: GLOBAL,
		status: 3,
		code: "ERR_KERNEL",
		says: /ip_forward.*EROFS/,
		hint: /read-only/,
	},
	"a foreign tap of that name": {
		script: "ip tuntap add tap0 mode tap user 1000",
		args: S1,
		status: 5,
		code: "ERR_CONFLICT",
		says: /tap0/,
		hint: /ip link delete tap0/,
	},
	"another foreign link of that name": {
		script: "ip link add tap0 type veth peer name v0",
		args: S1,
		status: 5,
		code: "ERR_CONFLICT",
		says: /tap0/,
		hint: /ip link delete tap0/,
	},
	"a foreign link that has that name beside its own": {
		script: "ip link property add dev eth1 altname tap0",
		args: S1,
		status: 5,
		code: "ERR_CONFLICT",
		says: /tap0/,
		hint: /another name/,
	},
	"a foreign bridge of that name": {
		script: "ip link add br0 type bridge",
		args: S2,
		status: 5,
		code: "ERR_CONFLICT",
		says: /br0/,
		hint: /leave out the uplink/,
	},
	"a foreign table of our name": {
		script: "nft add table inet umlnet-nl; nft add chain inet umlnet-nl mine",
		args: S3,
		status: 5,
		code: "ERR_CONFLICT",
		says: /table .*umlnet-nl/,
		hint: /nft delete table inet umlnet-nl/,
	},
	"an uplink that is in another bridge": {
		script: "ip link add other type bridge; ip link set eth1 master other",
		args: S2,
		status: 5,
		code: "ERR_CONFLICT",
		says: /eth1.*port of other/,
		hint: /ip link set eth1 nomaster/,
	},
	"no such uplink to bridge": {
		args: ["up", "tap0", "--bridge", "br0", "--uplink", "eth7"],
		status: 2,
		code: "ERR_SPEC",
		says: /no interface eth7/,
		hint: /ip -br link/,
	},
	"no such uplink to leave by": {
		args: ["up", "tap0", "--address", "192.168.33.33/24", "--nat", "eth7"],
		status: 2,
		code: "ERR_SPEC",
		says: /no interface eth7/,
		hint: /ip -br link/,
	},
	"loopback as uplink": {
		args: ["up", "tap0", "--bridge", "br0", "--uplink", "lo"],
		status: 2,
		code: "ERR_SPEC",
		says: /loopback/,
	},
	"the pitfall of the seed": {
		args: [
			...["up", "tap0", "--address", "10.33.33.36/24"],
			...["--guest-address", "10.33.33.36/24"],
		],
		status: 2,
		code: "ERR_SPEC",
		says: /10\.33\.33\.36.*host's own address/,
		hint: /./,
	},
	"no such namespace": {
		args: ["--netns", "there-is-no-such", ...S1],
		status: 2,
		code: "ERR_SPEC",
		says: /no network namespace there-is-no-such/,
		hint: /ip netns/,
	},
};

describe("an error of its own, a way out and an untouched kernel:", () => {
	test.each(Object.entries(TROUBLES))("%s", async (_, trouble) => {
		const { script = "", under = [], args, input, status, code, says, hint } = trouble;
		lab.host.sh(script);
		if (under.includes(USER)) allowUser();
		const before = await lab.lookSettled();
		const ended = run(under, ["--json", ...args], input);
		expect(errorOf(ended)).toMatchObject({
			code,
			message: expect.stringMatching(says),
			hint: hint === undefined ? null : expect.stringMatching(hint),
		});
		expect(ended.status).toBe(status);
		expect(lab.changes(before)).toEqual([]);
	});
});

/** The state directory belongs to the user who runs umlnet-nl. */
function allowUser(): void {
	mkdirSync(lab.stateDir);
	chownSync(lab.stateDir, 1000, 1000);
	chmodSync(join(lab.stateDir, ".."), 0o755);
}

test.each([[S1], [S2], [S3]])("CAP_NET_ADMIN and an open /dev/net/tun are enough: %j", (args) => {
	allowUser();
	const before = lab.look();
	const under = [...after(OPEN_TUN), ...asUser("--no-new-privs")];
	expect(run(under, args)).toMatchObject({ status: 0 });
	expect(lab.changes(before)).not.toEqual([]);
	expect(run(under, ["down", "tap0"])).toMatchObject({ status: 0 });
	expect(lab.changes(before)).toEqual([]);
});

test("forwarding of one interface needs no writable /proc/sys", () => {
	const before = lab.look();
	expect(run(after(READ_ONLY), S3)).toMatchObject({ status: 0 });
	expect(run(after(READ_ONLY), ["down", "tap0"])).toMatchObject({ status: 0 });
	expect(lab.changes(before)).toEqual([]);
});

describe("the state directory", () => {
	const isRefused = (says: RegExp) => {
		const before = lab.look();
		const ended = run([], ["--json", ...S1]);
		expect(errorOf(ended)).toMatchObject({
			code: "ERR_PERMISSION",
			message: expect.stringMatching(says),
			hint: expect.any(String),
		});
		expect(ended.status).toBe(4);
		expect(lab.changes(before)).toEqual([]);
	};

	test("must not be writable for others", () => {
		mkdirSync(lab.stateDir);
		chmodSync(lab.stateDir, 0o777);
		isRefused(/writable for others/);
	});

	test("must not be a link to somewhere else", () => {
		mkdirSync(`${lab.stateDir}.real`);
		symlinkSync(`${lab.stateDir}.real`, lab.stateDir);
		isRefused(/symbolic link/);
		expect(readdirSync(`${lab.stateDir}.real`)).toEqual([]);
	});

	test("must not be somebody else's", () => {
		mkdirSync(lab.stateDir);
		chownSync(lab.stateDir, 1000, 1000);
		isRefused(/belongs to uid 1000/);
	});

	test("must not be a file", () => {
		const parent = join(lab.stateDir, "..");
		writeFileSync(join(parent, "file"), "");
		for (const stateDir of [join(parent, "file"), join(parent, "file", "state")]) {
			const ended = run([], ["--json", "--state-dir", stateDir, ...S1]);
			expect(ended.status).toBe(4);
			expect(errorOf(ended).message).toMatch(/is not a directory$/);
		}
	});

	test("must not be where others could put another in its place", () => {
		const parent = join(lab.stateDir, "..");
		chmodSync(parent, 0o777);
		isRefused(/below .*, which is writable for others/);
		// Sticky like /tmp, where nobody can rename the files of others.
		chmodSync(parent, 0o1777);
		expect(run([], S1).status).toBe(0);
		expect(run([], ["down", "--all"]).status).toBe(0);
	});
});

test("who holds the lock is waited for, and no longer than asked", async () => {
	expect(run([], S3).status).toBe(0);
	const [directory] = readdirSync(lab.stateDir) as [string];
	const lock = join(lab.stateDir, directory, "lock");
	const holder = lab.host.spawn("flock", "--no-fork", lock, "sh", "-c", "echo held; exec sleep 60");
	try {
		await new Promise((resolve) => holder.stdout?.once("data", resolve));
		const before = await lab.lookSettled();
		const ended = run([], ["--json", "--timeout", "0.2", "down", "tap0"]);
		expect(errorOf(ended)).toMatchObject({
			code: "ERR_LOCK",
			hint: expect.stringContaining("--timeout"),
		});
		expect(ended.status).toBe(5);
		expect(lab.changes(before)).toEqual([]);
	} finally {
		holder.kill("SIGKILL");
	}
});
