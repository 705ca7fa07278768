/** A real QEMU guest with Debian's cloud kernel. It is emulated (TCG), which is slow but runs everywhere. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { initramfs } from "./initramfs.js";
import { type Guest, GuestError, RunningGuest } from "./uml.js";

const QEMU = "/usr/bin/qemu-system-x86_64";
/** The directory into which test/run unpacks the kernel. */
const UNPACKED = join(import.meta.dirname, "../../.cache/guest/linux");

export const canBoot = (): boolean => existsSync(QEMU) && existsSync(join(UNPACKED, "unpacked"));

/** Generous, because the guest is emulated on a machine that may be busy. */
const BOOT_MS = 600_000;

export interface QemuOptions {
	/** The path of a network namespace. */
	readonly netns: string;
	/** QEMU's arguments for the network devices, as `up` prints them. */
	readonly net: readonly string[];
	/** Additional kernel parameters. */
	readonly parameters?: readonly string[];
}

/** Boot a guest that runs until `stop()`, or until the end of the scope of its `await using`. */
export async function startQemu({ netns, net, parameters = [] }: QemuOptions): Promise<Guest> {
	if (!canBoot())
		throw new GuestError("QEMU cannot boot here: npm test installs what it needs", "");
	const [kernel] = readdirSync(join(UNPACKED, "boot")).filter((name) => name.startsWith("vmlinuz"));
	const release = kernel?.slice("vmlinuz-".length) ?? "";
	const machine = [
		"-M",
		"pc,accel=tcg",
		"-m",
		"192",
		"-nodefaults",
		"-display",
		"none",
		"-no-reboot",
	];
	const image = [
		"-kernel",
		join(UNPACKED, "boot", kernel ?? ""),
		"-initrd",
		initramfs(modules(release)),
	];
	// The first serial line is for commands, the second one is the console.
	const lines = [
		"-chardev",
		"socket,id=commands,fd=3",
		"-serial",
		"chardev:commands",
		"-serial",
		"stdio",
	];
	const append = ["console=ttyS1", "quiet", "panic=-1", ...parameters].join(" ");
	const command = [QEMU, ...machine, ...image, ...lines, "-append", append, ...net];
	const child = spawn("setpriv", ["--pdeathsig", "KILL", "nsenter", `--net=${netns}`, ...command], {
		stdio: ["ignore", "pipe", "pipe", "pipe"],
	});
	const guest = new RunningGuest(child, BOOT_MS);
	await guest.boot();
	return guest;
}

/** The modules that a virtio network device on PCI needs, each one after those that it depends on (modules.dep). */
function modules(release: string): string[] {
	const root = join(UNPACKED, "lib/modules", release);
	const files = readdirSync(join(root, "kernel"), { recursive: true, encoding: "utf8" });
	const out: string[] = [];
	const find = (name: string): string | undefined =>
		files.find((file) => file.endsWith(`/${name}.ko`));
	function add(name: string): void {
		const file = find(name);
		if (file === undefined) return; // The module is built into the kernel.
		const path = join(root, "kernel", file);
		if (out.includes(path)) return;
		for (const needed of dependsOn(path)) add(needed);
		out.push(path);
	}
	for (const name of ["virtio_pci", "virtio_net"]) add(name);
	return out;
}

/** The dependencies that a module declares: `depends=virtio,virtio_ring`. */
function dependsOn(path: string): string[] {
	const [, names = ""] = /\0depends=([^\0]*)\0/.exec(readFileSync(path, "latin1")) ?? [];
	return names.split(",").filter((name) => name !== "");
}
