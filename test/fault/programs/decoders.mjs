// One thread of the decoder campaign, which corrupts inputs of a corpus and decodes them.
import { parentPort, workerData } from "node:worker_threads";
import { HEAD, MAGIC, recordAt } from "../../../dist/engine/journal/frame.js";
import { decodeRecord } from "../../../dist/engine/journal/record.js";
import { batchOf } from "../../../dist/kinds/table.js";
import { frames, Reader, readDone, readError, refusal } from "../../../dist/netlink/index.js";
import { dissect } from "../../../dist/packet/dissect.js";
import { checkSpec, parseSpec } from "../../../dist/spec/spec.js";
import { UmlnetError } from "../../../dist/sys/error.js";
import * as uapi from "../../../dist/uapi/index.js";

const { corpus, counts, seed, until } = workerData;
// Recording the stack of an error would take longer than decoding, and is not needed.
Error.stackTraceLimit = 0;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;

let state = seed >>> 0;
/** A pseudo-random number (mulberry32). */
function next() {
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), state | 1);
	t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
	return (t ^ (t >>> 14)) >>> 0;
}
const below = (n) => next() % n;

/** Read a datagram as the socket does, with each message decoded by the table that `name` identifies. */
function readDatagram({ message, asked }, bytes, length) {
	for (const one of frames(bytes, length)) {
		if (one.type === NLMSG_ERROR || one.type === NLMSG_DONE) {
			const verdict = one.type === NLMSG_ERROR ? readError(bytes, one) : readDone(bytes, one);
			if (verdict.errno !== 0) refusal(message, verdict, asked);
		} else message.read(new Reader(bytes, one.start, one.end));
	}
}

const DECODERS = {
	netlink: readDatagram,
	nft: readDatagram,
	extack: readDatagram,
	packet(_, bytes, length) {
		for (const _layer of dissect(bytes.subarray(0, length)));
	},
	journal(_, bytes, length) {
		const whole = bytes.subarray(0, length);
		for (let at = MAGIC.length; at < length; ) {
			const body = recordAt(whole, at);
			// The journal itself cuts a torn end off, and refuses anything else.
			if (body === undefined) {
				result.refused.journal++;
				return;
			}
			decodeRecord(body, batchOf);
			at += HEAD + body.length;
		}
	},
	record: (_, bytes, length) => decodeRecord(bytes.subarray(0, length), batchOf),
	spec: (_, bytes, length) =>
		parseSpec(Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("utf8")),
	value: ({ value }, bytes, length) => checkSpec(lied(value, bytes[0], bytes[length - 1])),
};

const INTRUDERS = [
	null,
	undefined,
	0,
	-1,
	1.5,
	Number.NaN,
	2 ** 53,
	"",
	"x",
	"\u0000",
	"%d",
	[],
	{},
	[[]],
	true,
	1n,
];
/** A copy of a spec in which one value is replaced, left out or duplicated. */
function lied(value, a, b) {
	let places = 1 + ((a * 7 + below(64)) % 40);
	const by = INTRUDERS[(b + below(INTRUDERS.length)) % INTRUDERS.length];
	const walk = (one) => {
		if (--places === 0) return by;
		if (Array.isArray(one)) return one.map(walk);
		if (typeof one !== "object" || one === null) return one;
		const out = {};
		for (const key of Object.keys(one)) out[places === 3 ? `${key}x` : key] = walk(one[key]);
		return out;
	};
	return walk(value);
}

const LENGTHS = [
	0, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 20, 0x7fff, 0x8000, 0xffff, 0x10000, 0xffffffff,
];
const ODD = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x27, 0x2d, 0x3a, 0x5b, 0x7b, 0x0a, 0x26, 0x2a];

/** Corrupt one to three places. The overwritten bytes are added to `undo`; returns the length. */
function lie(one, undo) {
	const { bytes, view, headers } = one;
	let { length } = bytes;
	for (let lies = 1 + below(3); lies > 0; lies--) {
		const header = headers.length > 0 ? headers[below(headers.length)] : undefined;
		const kind = below(8);
		if (header === undefined || kind < 2) {
			const at = below(bytes.length);
			undo.push(at, bytes[at]);
			bytes[at] = kind === 0 ? ODD[below(ODD.length)] : below(256);
		} else if (kind < 5) {
			const size = header.wide ? 4 : 2;
			for (let i = 0; i < size; i++) undo.push(header.at + i, bytes[header.at + i]);
			const lied = kind === 4 ? header.length + below(9) - 4 : LENGTHS[below(LENGTHS.length)];
			if (header.wide) view.setUint32(header.at, lied >>> 0, true);
			else view.setUint16(header.at, lied & 0xffff, true);
		} else if (kind < 7) {
			const at = header.at + (header.wide ? 4 : 2);
			undo.push(at, bytes[at], at + 1, bytes[at + 1]);
			view.setUint16(at, kind === 5 ? below(64) : below(0x10000), true);
		} else length = below(bytes.length + 1);
	}
	return length;
}

/** The positions of everything that has a length: the message, and attributes at any depth. */
function headersOf(view, first) {
	const found = [];
	const inside = (start, end) => {
		const here = [];
		let at = start;
		while (at + 4 <= end) {
			const length = view.getUint16(at, true);
			if (length < 4 || at + length > end) return [];
			here.push({ at, length }, ...inside(at + 4, at + length));
			at += (length + 3) & ~3;
		}
		return here;
	};
	for (let at = 0; at + 16 <= view.byteLength; ) {
		const length = view.getUint32(at, true);
		if (length < 16) break;
		found.push({ at, length, wide: true });
		for (const fixed of first)
			found.push(...inside(at + 16 + fixed, Math.min(at + length, view.byteLength)));
		at += (length + 3) & ~3;
	}
	return found;
}

const facts = new Map(Object.entries(uapi));
const FIXED = [4, 8, 12, 16, 20, 36];
const entries = Object.fromEntries(
	Object.entries(corpus).map(([family, inputs]) => [
		family,
		inputs.map(({ name, bytes, asked, value }) => {
			const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
			const isWire = ["netlink", "nft", "extack"].includes(family);
			return {
				bytes,
				view,
				value,
				headers: isWire
					? headersOf(view, FIXED)
					: family === "journal"
						? [{ at: 8, length: 0, wide: true }]
						: [],
				message: facts.get(name) ?? uapi.RTM_NEWLINK,
				asked,
			};
		}),
	]),
);

/** The uncorrupted inputs must all be accepted: otherwise the corruption would test nothing. */
for (const [family, inputs] of Object.entries(entries))
	for (const one of inputs)
		if (family !== "value") DECODERS[family](one, one.bytes, one.bytes.length);

const result = {
	counts: {},
	refused: { journal: 0 },
	slowest: 0,
	slowestIn: "",
	again: 0,
	flaws: [],
	rss: [process.memoryUsage().rss],
};
const undo = [];

/** Decode an input, and return how long that took. */
function timed(family, one, length) {
	const start = performance.now();
	try {
		DECODERS[family](one, one.bytes, length);
	} catch (error) {
		if (error instanceof UmlnetError) result.refused[family]++;
		else if (result.flaws.length < 5)
			result.flaws.push(
				`${family}: ${error?.stack ?? error}\n${Buffer.from(one.bytes.subarray(0, length)).toString("hex")}`,
			);
	}
	return performance.now() - start;
}

// Garbage collection, and waiting for a processor, take tens of milliseconds.
const LONG_MS = 20;

function attempt(family, one, length) {
	const before = state;
	let took = timed(family, one, length);
	// The time for an input itself repeats; interruptions occur elsewhere the next time.
	for (let again = 0; took > LONG_MS && again < 5; again++) {
		state = before;
		result.again++;
		const refused = result.refused[family];
		took = Math.min(took, timed(family, one, length));
		result.refused[family] = refused;
	}
	if (took > result.slowest) Object.assign(result, { slowest: took, slowestIn: family });
}

/** The parts take turns, so that each is tried if time is short. */
const PARTS = 20;
for (const [family, whole] of Array.from({ length: PARTS }, () => Object.entries(counts)).flat()) {
	if (Date.now() > until) break;
	const count = Math.ceil(whole / PARTS);
	const inputs = entries[family];
	result.refused[family] ??= 0;
	for (let i = 0; i < count; i++) {
		const one = inputs[below(inputs.length)];
		const length = lie(one, undo);
		// Most corrupted journals fail at the checksum, so records are also decoded without it (`record`).
		attempt(family, one, length);
		while (undo.length > 0) {
			const byte = undo.pop();
			one.bytes[undo.pop()] = byte;
		}
		if ((i & 0xfffff) === 0xfffff) result.rss.push(process.memoryUsage().rss);
	}
	result.counts[family] = (result.counts[family] ?? 0) + count;
	result.rss.push(process.memoryUsage().rss);
}
parentPort.postMessage(result);
