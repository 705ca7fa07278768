import {
	closeSync,
	constants,
	openSync,
	readdirSync,
	readSync,
	statSync,
	writeSync,
} from "node:fs";
import { KernelError } from "../sys/error.js";
import { readProcFile } from "../sys/proc-file.js";
import { shownSetting } from "./secret.js";

const ROOT = "/proc/sys/";

/** Values below /proc/sys, in the network namespace of the thread that opens the file. */
export class SysctlDriver {
	/** @throws KernelError */
	read(path: string): string {
		try {
			return readProcFile(ROOT + path);
		} catch (cause) {
			throw refused("read", path, cause);
		}
	}

	/**
	 * The values in a directory that can be written. One that cannot be read has no value yet, such as IPv6's
	 * `stable_secret` (EIO, addrconf_sysctl_stable_secret). @throws KernelError
	 */
	readAll(directory: string): ReadonlyMap<string, string> {
		const values = new Map<string, string>();
		for (const name of this.#list(directory)) {
			const path = `${ROOT}${directory}/${name}`;
			try {
				if ((statSync(path).mode & constants.S_IWUSR) === 0) continue;
				values.set(name, readProcFile(path));
			} catch (error) {
				if (!["EIO", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? ""))
					throw refused("read", `${directory}/${name}`, error);
			}
		}
		return values;
	}

	#list(directory: string): readonly string[] {
		try {
			return readdirSync(ROOT + directory);
		} catch (cause) {
			if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
			throw refused("read", directory, cause);
		}
	}

	/** The kernel takes a valid prefix of what it cannot parse ("1 2" sets 1), so the value is read back. */
	write(path: string, value: string): void {
		let now: string;
		try {
			const fd = openSync(ROOT + path, "r+");
			try {
				writeSync(fd, `${value}\n`);
				const bytes = Buffer.alloc(4096);
				now = bytes.toString("latin1", 0, readSync(fd, bytes, 0, bytes.length, 0)).trimEnd();
			} finally {
				closeSync(fd);
			}
		} catch (cause) {
			throw refused("write", path, cause);
		}
		if (now !== value)
			throw new KernelError(`write(${ROOT}${path})`, "EINVAL", {
				kernel: `wrote ${shownSetting(path, value)}, reads back ${shownSetting(path, now)}`,
			});
	}
}

function refused(verb: string, path: string, cause: unknown): KernelError {
	const errno = (cause as NodeJS.ErrnoException).code ?? "EIO";
	const hint =
		errno === "EROFS"
			? "/proc/sys is mounted read-only here (a container?): mount it writable or set the value on the host"
			: errno === "EACCES" || errno === "EPERM"
				? "needs CAP_NET_ADMIN in the user namespace that owns this network namespace"
				: undefined;
	return new KernelError(`${verb}(${ROOT}${path})`, errno, { cause, hint });
}
