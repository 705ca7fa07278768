import { endianness } from "node:os";
import { check } from "./libc.js";
import { getsockopt, SOL_SOCKET, word } from "./socket.js";

const SO_PEERCRED = 17; // asm-generic/socket.h
const SO_PEERGROUPS = 59;
const LITTLE = endianness() === "LE";
const NGROUPS_MAX = 65_536; // linux/limits.h

/** Who is at the other end of a unix socket, as the kernel recorded it when the connection was made (unix(7)). */
export interface Peer {
	/** The process may have ended, and its number be another's: nothing is decided by it. */
	readonly pid: number;
	readonly uid: number;
	readonly gid: number;
	/** The supplementary groups. */
	readonly groups: readonly number[];
}

/** The peer of a connected unix socket. @throws KernelError */
export function peerOf(fd: number): Peer {
	const credentials = new Uint8Array(12);
	check(
		"getsockopt(SO_PEERCRED)",
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, word(credentials.length)),
	);
	const view = new DataView(credentials.buffer);
	const [pid, uid, gid] = [0, 4, 8].map((at) => view.getUint32(at, LITTLE)) as [
		number,
		number,
		number,
	];
	return { pid, uid, gid, groups: groupsOf(fd) };
}

function groupsOf(fd: number): readonly number[] {
	const length = word(4 * NGROUPS_MAX);
	const groups = new Uint8Array(4 * NGROUPS_MAX);
	check("getsockopt(SO_PEERGROUPS)", getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, length));
	const view = new DataView(groups.buffer);
	const count = new DataView(length.buffer).getUint32(0, LITTLE) / 4;
	return Array.from({ length: count }, (_, i) => view.getUint32(4 * i, LITTLE));
}
