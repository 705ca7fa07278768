import { lstatSync, mkdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UmlnetError } from "../../sys/error.js";

/**
 * The directory that keeps the journal of one namespace. What it holds says what we may delete on this host,
 * so it must be nobody else's to write, nor to put another in its place.
 * @throws UmlnetError ERR_PERMISSION when it is a link, or somebody else's, or it or a parent writable for others
 */
export function stateDirectory(stateDir: string, identity: string): string {
	const open = parentsOf(resolve(stateDir)).find(isOpen);
	if (open !== undefined) throw unsafe(stateDir, `is below ${open}, which is writable for others`);
	try {
		mkdirSync(stateDir, { recursive: true, mode: 0o755 });
	} catch (error) {
		if (!["EEXIST", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
		throw unsafe(stateDir, "is not a directory");
	}
	const { mode, uid } = lstat(stateDir);
	const me = process.geteuid?.() ?? 0;
	if (uid !== me && uid !== 0) throw unsafe(stateDir, `belongs to uid ${uid}`);
	if ((mode & 0o022) !== 0) throw unsafe(stateDir, "is writable for others");
	return join(stateDir, identity);
}

function parentsOf(path: string): string[] {
	const parent = dirname(path);
	return parent === path ? [] : [parent, ...parentsOf(parent)];
}

/** Whether others can rename what is in a directory: not where the sticky bit keeps to each what is theirs. */
function isOpen(directory: string): boolean {
	const { mode = 0 } = statSync(directory, { throwIfNoEntry: false }) ?? {};
	return (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
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
