/** The guest's root file system: busybox, one link for each applet, and init.sh. It is built once and then cached. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const BUSYBOX = "/bin/busybox";
const CACHE = join(import.meta.dirname, "../../.cache/guest");

/**
 * The path of the initramfs. It contains the kernel modules that init should load; its name contains a hash of all its
 * parts.
 */
export function initramfs(modules: readonly string[] = []): string {
	const init = readFileSync(join(import.meta.dirname, "init.sh"));
	const busybox = readFileSync(BUSYBOX);
	const builder = readFileSync(import.meta.filename);
	const hash = createHash("sha256").update(builder).update(init).update(busybox);
	for (const module of modules) hash.update(readFileSync(module));
	const sort = modules.length === 0 ? "initramfs-" : "modules-";
	const name = `${sort}${hash.digest("hex").slice(0, 16)}.cpio.gz`;
	const path = join(CACHE, name);
	if (!existsSync(path)) {
		build(path, init, busybox, modules);
		for (const stale of readdirSync(CACHE)) {
			if (stale.startsWith(sort) && stale !== name) {
				rmSync(join(CACHE, stale), { force: true });
			}
		}
	}
	return path;
}

/** Whether the busybox is that of busybox-static: its first page names no dynamic loader. */
export function isStaticBusybox(): boolean {
	return existsSync(BUSYBOX) && !readFileSync(BUSYBOX).subarray(0, 4096).includes("/ld-");
}

function build(path: string, init: Buffer, busybox: Buffer, modules: readonly string[]): void {
	mkdirSync(CACHE, { recursive: true });
	const work = mkdtempSync(join(CACHE, "build-"));
	try {
		const root = join(work, "root");
		for (const directory of ["bin", "dev", "modules", "proc", "sys", "tmp"]) {
			mkdirSync(join(root, directory), { recursive: true });
		}
		// Init loads the modules in the order of their names.
		for (const [i, module] of modules.entries())
			copyFileSync(
				module,
				join(root, "modules", `${String(i).padStart(2, "0")}-${basename(module)}`),
			);
		writeFileSync(join(root, "init"), init, { mode: 0o755 });
		writeFileSync(join(root, "bin/busybox"), busybox, { mode: 0o755 });
		for (const applet of execFileSync(BUSYBOX, ["--list"], { encoding: "utf8" }).split("\n")) {
			if (applet !== "" && applet !== "busybox") symlinkSync("busybox", join(root, "bin", applet));
		}
		const archive = execFileSync("cpio", ["--create", "--quiet", "--format=newc", "--owner=0:0"], {
			cwd: root,
			input: readdirSync(root, { recursive: true, encoding: "utf8" }).join("\n"),
			maxBuffer: 64 << 20,
		});
		writeFileSync(join(work, "initramfs"), gzipSync(archive));
		// Test files run in parallel, so the file must appear at once with its complete contents.
		renameSync(join(work, "initramfs"), path);
	} finally {
		rmSync(work, { recursive: true });
	}
}
