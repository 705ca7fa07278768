/**
 * The file that keeps V8's compiled code of the command line from one run to the next. Its content is executed, so
 * it is read only if nobody but us can write it, and damage is recognised: V8 itself only checks that the code is of
 * its own version and that the source has the same length.
 *
 * The file contains its head and the code twice, followed by the sources, which are compared with the present chunks.
 * Comparing bytes is faster than a checksum (docs/performance.md), which would also need another module of Node.
 */
import {
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	rmSync,
	type Stats,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** The source of a chunk, and V8's code of it. */
export interface CachedChunk {
	readonly source: Buffer;
	/**
	 * latin1 if the source is ASCII only, because then it becomes a string as fast as its bytes are copied; else utf8.
	 */
	readonly encoding: BufferEncoding;
	readonly code: Buffer;
}
/** Chunks by the names of their files. */
export type CachedChunks = ReadonlyMap<string, CachedChunk>;

const NONE: CachedChunks = new Map();

/**
 * Two 32-bit numbers in the byte order of this machine: the length of the first half, and that of the JSON in its head.
 */
const PREAMBLE = 8;
type Head = readonly (readonly [
	chunk: string,
	code: number,
	source: number,
	encoding: BufferEncoding,
])[];

/** V8 copies code that does not begin at a multiple of eight before it reads it (AlignedCachedData). */
const aligned = (length: number): number => Math.ceil(length / 8) * 8;

/** The chunks in a file; none unless the whole file is intact and its chunks are those in `directory` now. */
export function readCodeCache(path: string, directory: string): CachedChunks {
	try {
		if (!isInFolderOfOurs(path)) return NONE;
		const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		try {
			const stats = fstatSync(fd);
			return stats.isFile() && isOurs(stats) ? unpack(fd, stats.size, directory) : NONE;
		} finally {
			closeSync(fd);
		}
	} catch {
		return NONE;
	}
}

/**
 * Write the file for the next run. It has its final name from the start, so that a killed process leaves no draft
 * behind: a half-written file is recognised as damaged.
 */
export function writeCodeCache(path: string, chunks: CachedChunks): void {
	try {
		mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
		if (!isInFolderOfOurs(path)) return;
		removeDrafts(dirname(path));
		// The old file is not overwritten: somebody may be reading it, and a backup may link to it.
		rmSync(path, { force: true });
		const fd = openSync(path, "wx", 0o600);
		try {
			writeFileSync(fd, pack(chunks));
		} finally {
			closeSync(fd);
		}
	} catch {
		// Without the file the next run takes as long as this one.
	}
}

/** Earlier versions wrote a draft first, `status-v20.19.0-x64.PID`, which stayed if they were killed. */
function removeDrafts(folder: string): void {
	for (const name of readdirSync(folder))
		if (/^[a-z]+-v[\d.]+-\w+\.\d+$/.test(name)) rmSync(join(folder, name), { force: true });
}

const isOurs = ({ uid, mode }: Stats): boolean =>
	uid === process.geteuid?.() && (mode & 0o022) === 0;

function isInFolderOfOurs(path: string): boolean {
	const folder = lstatSync(dirname(path));
	return folder.isDirectory() && isOurs(folder);
}

function pack(chunks: CachedChunks): Buffer {
	const head: Head = [...chunks].map(([chunk, { code, source, encoding }]) => {
		return [chunk, code.length, source.length, encoding];
	});
	const text = Buffer.from(JSON.stringify(head), "latin1");
	const lengths = new Uint32Array(2);
	const half: Buffer[] = [Buffer.from(lengths.buffer), text];
	let length = PREAMBLE + text.length;
	for (const { code } of chunks.values()) {
		half.push(Buffer.alloc(aligned(length) - length), code);
		length = aligned(length) + code.length;
	}
	lengths.set([length, text.length]);
	const sources = [...chunks.values()].map(({ source }) => source);
	return Buffer.concat([...half, ...half, ...sources]);
}

/** @throws Error if the file is too short, or a chunk no longer exists */
function unpack(fd: number, size: number, directory: string): CachedChunks {
	const [length = 0, headLength = 0] = new Uint32Array(readAt(fd, 0, PREAMBLE).buffer);
	if (length < PREAMBLE || 2 * length > size) return NONE;
	const half = readAt(fd, 0, length);
	if (!isAt(fd, length, half)) return NONE;
	const chunks = new Map<string, CachedChunk>();
	let codeEnd = PREAMBLE + headLength;
	let sourceEnd = 2 * length;
	for (const [chunk, codeLength, sourceLength, encoding] of JSON.parse(
		half.toString("latin1", PREAMBLE, codeEnd),
	) as Head) {
		const source = readFileSync(join(directory, chunk));
		if (source.length !== sourceLength || !isAt(fd, sourceEnd, source)) return NONE;
		sourceEnd += sourceLength;
		const start = aligned(codeEnd);
		codeEnd = start + codeLength;
		chunks.set(chunk, { source, encoding, code: half.subarray(start, codeEnd) });
	}
	return sourceEnd === size ? chunks : NONE;
}

function readAt(fd: number, position: number, length: number): Buffer {
	const bytes = Buffer.allocUnsafeSlow(length);
	if (readSync(fd, bytes, 0, length, position) !== length) throw new Error("it is too short");
	return bytes;
}

// The second half is compared piece by piece: touching more new memory would take as long as reading.
const piece = Buffer.allocUnsafeSlow(65_536);

/** Whether the file has these bytes at a position. */
function isAt(fd: number, position: number, bytes: Buffer): boolean {
	for (let at = 0; at < bytes.length; at += piece.length) {
		const part = bytes.subarray(at, at + piece.length);
		const read = readSync(fd, piece, 0, part.length, position + at);
		if (!part.equals(piece.subarray(0, read))) return false;
	}
	return true;
}
