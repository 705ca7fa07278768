import {
	NFT_REG_4,
	NFT_REG_SIZE,
	NFT_REG32_00,
	NFT_REG32_SIZE,
} from "../../uapi/nf_tables_const.js";

/** NFT_REG_VERDICT takes the first four words. NFT_REG32_00 follows it, and so does NFT_REG_1. */
const VERDICT_WORDS = NFT_REG_SIZE / NFT_REG32_SIZE;
const WORDS = 5 * VERDICT_WORDS;

/** The word with which a register begins: nft_parse_register(), net/netfilter/nf_tables_api.c. */
const wordOf = (register: number): number =>
	register <= NFT_REG_4 ? register * VERDICT_WORDS : register - NFT_REG32_00 + VERDICT_WORDS;

/**
 * The registers of a packet on its way through a chain: bytes, and for each word what it depends on if it is unknown.
 */
export class Registers {
	readonly #bytes = new Uint8Array(WORDS * NFT_REG32_SIZE);
	readonly #unknown: (string | undefined)[] = [];

	load(register: number, length: number): Uint8Array {
		const at = wordOf(register) * NFT_REG32_SIZE;
		return this.#bytes.slice(at, at + length);
	}

	/** What these bytes depend on if they are unknown, in words. */
	unknown(register: number, length: number): string | undefined {
		const first = wordOf(register);
		const last = first + Math.ceil(length / NFT_REG32_SIZE);
		for (let word = first; word < last; word++)
			if (this.#unknown[word] !== undefined) return this.#unknown[word];
		return undefined;
	}

	/** Store bytes, and zeroes up to the end of the last word, as every expression does. */
	store(register: number, bytes: Uint8Array): void {
		this.#mark(register, bytes.length, undefined);
		this.#bytes.set(bytes, wordOf(register) * NFT_REG32_SIZE);
	}

	/** Mark this many bytes of the register as unknown. */
	storeUnknown(register: number, length: number, what: string): void {
		this.#mark(register, length, what);
	}

	#mark(register: number, length: number, what: string | undefined): void {
		const first = wordOf(register);
		const last = first + Math.ceil(length / NFT_REG32_SIZE);
		this.#bytes.fill(0, first * NFT_REG32_SIZE, last * NFT_REG32_SIZE);
		for (let word = first; word < last; word++) this.#unknown[word] = what;
	}
}
