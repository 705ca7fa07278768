import { lstatSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UmlnetError } from "../sys/error.js";

/**
 * The directory that keeps the journal of one namespace. What it holds says what we may delete on this host,
 * so it must be nobody else's to write.
 * @throws UmlnetError ERR_PERMISSION when it is a link, or somebody else's, or writable for others
 */
export function stateDirectory(stateDir: string, identity: string): string {
	mkdirSync(stateDir, { recursive: true, mode: 0o755 });
	const { mode, uid } = lstat(stateDir);
	const me = process.geteuid?.() ?? 0;
	if (uid !== me && uid !== 0) throw unsafe(stateDir, `belongs to uid ${uid}`);
	if ((mode & 0o022) !== 0) throw unsafe(stateDir, "is writable for others");
	return join(stateDir, identity);
}

function lstat(path: string) {
	const stats = lstatSync(path);
	if (stats.isSymbolicLink()) throw unsafe(path, "is a symbolic link");
	if (!stats.isDirectory()) throw unsafe(path, "is not a directory");
	return stats;
}

const unsafe = (path: string, why: string): UmlnetError =>
	new UmlnetError("ERR_PERMISSION", `state directory ${path} ${why}`, {
		hint: "give a directory that only root can write: --state-dir, or UMLNET_STATE_DIR",
	});

/** Remove a namespace's directory when nothing is left in it to remember. */
export function removeDirectory(directory: string): void {
	for (const file of ["journal", "journal.new", "turn", "lock"])
		rmSync(join(directory, file), { force: true });
	try {
		rmdirSync(directory);
	} catch (error) {
		if (!["ENOTEMPTY", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
	}
}
