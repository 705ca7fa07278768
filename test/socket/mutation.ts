/** Pseudo-random numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** The position of something that has a length: a message, or an attribute at any depth. */
interface Header {
	readonly at: number;
	readonly kind: "message" | "attribute";
	readonly length: number;
}

const align4 = (n: number): number => (n + 3) & ~3;
const MESSAGE = 16;
const ATTRIBUTE = 4;

/** All headers of a well-formed datagram. Everything that could be attributes is treated as attributes. */
export function headersOf(bytes: Uint8Array): Header[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const headers: Header[] = [];
	for (let at = 0; at + MESSAGE <= bytes.length; ) {
		const length = view.getUint32(at, true);
		if (length < MESSAGE) break;
		headers.push({ at, kind: "message", length });
		// The fixed headers behind nlmsghdr have different lengths, so all of them are tried.
		for (const fixed of [4, 8, 12, 16, 20])
			headers.push(...attributesIn(view, at + MESSAGE + fixed, at + length));
		at += align4(length);
	}
	return headers;
}

function attributesIn(view: DataView, start: number, end: number): Header[] {
	const found: Header[] = [];
	let at = start;
	while (at + ATTRIBUTE <= end) {
		const length = view.getUint16(at, true);
		if (length < ATTRIBUTE || at + length > end) return [];
		found.push({ at, kind: "attribute", length });
		found.push(...attributesIn(view, at + ATTRIBUTE, at + length));
		at += align4(length);
	}
	return at >= end ? found : [];
}

const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 20, 0x7fff, 0x8000, 0xffff];

/** Corrupt a datagram in one to four places: lengths, types, flags, bytes, its end, its depth. */
export function mutate(golden: Uint8Array, random: () => number): Uint8Array {
	let bytes = golden.slice();
	const below = (n: number): number => Math.floor(random() * n);
	const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
	const headers = headersOf(golden);
	for (let lies = 1 + below(4); lies > 0 && bytes.length > 0; lies--) {
		const view = new DataView(bytes.buffer);
		const header = pick(headers);
		const fits = header !== undefined && header.at + MESSAGE <= bytes.length;
		switch (below(7)) {
			case 0:
			case 1:
				if (fits) setLength(view, header, pick([...LENGTHS, header.length + below(9) - 4]));
				break;
			case 2:
				if (fits) setType(view, header, pick([below(64), below(0x10000)]));
				break;
			case 3:
				if (fits && header.kind === "message") view.setUint16(header.at + 6, below(0x400), true);
				break;
			case 4:
				bytes[below(bytes.length)] = below(256);
				break;
			case 5:
				bytes = bytes.slice(0, below(bytes.length + 1));
				break;
			default:
				if (fits && header.kind === "attribute") nest(view, header);
		}
	}
	return bytes;
}

function setLength(view: DataView, { at, kind }: Header, length: number): void {
	if (kind === "message") view.setUint32(at, length < 0 ? 0xffffffff : length, true);
	else view.setUint16(at, length & 0xffff, true);
}

function setType(view: DataView, { at, kind }: Header, type: number): void {
	view.setUint16(at + (kind === "message" ? 4 : 2), type, true);
}

/** Fill an attribute with nested attributes of the same type, as deep as its bytes allow. */
function nest(view: DataView, { at, length }: Header): void {
	const end = Math.min(at + length, view.byteLength);
	const type = view.getUint16(at + 2, true);
	for (let inner = at; inner + ATTRIBUTE <= end; inner += ATTRIBUTE) {
		view.setUint16(inner, end - inner, true);
		view.setUint16(inner + 2, type, true);
	}
}
