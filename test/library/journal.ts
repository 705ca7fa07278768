import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeRecord, type JournalRecord } from "../../src/engine/record.js";
import type { Place } from "./library.js";

const MAGIC = 8; // "umlnetj1"
const HEAD = 8; // length, CRC-32C

/** What stands in the journal of a place, record by record. */
export function journal({ directory }: Place): JournalRecord[] {
	if (directory === undefined) return [];
	const bytes = readFileSync(join(directory, "journal"));
	const records: JournalRecord[] = [];
	for (let at = MAGIC; at < bytes.length; ) {
		const start = at + HEAD;
		at = start + bytes.readUInt32LE(at);
		records.push(decodeRecord(bytes.subarray(start, at)));
	}
	return records;
}

/** The commands of all transactions that were begun. */
export const begun = (place: Place): string[] =>
	journal(place).flatMap((record) => ("begin" in record ? [record.begin.command] : []));
