import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeRecord, type JournalRecord } from "../../src/engine/journal/record.js";
import { batchOf } from "../../src/kinds/table.js";
import type { Place } from "./library.js";

const MAGIC = 8; // "umlnetj1".
const HEAD = 8; // Length and CRC-32C.

/** The bodies of all complete records. Somebody may be writing the next one. */
function bodies(directory: string | undefined): Buffer[] {
	if (directory === undefined) return [];
	const bytes = readFileSync(join(directory, "journal"));
	const out: Buffer[] = [];
	for (let at = MAGIC; at + HEAD <= bytes.length; ) {
		const start = at + HEAD;
		at = start + bytes.readUInt32LE(at);
		if (at <= bytes.length) out.push(bytes.subarray(start, at));
	}
	return out;
}

/** The records in the journal of a place. */
export const journal = ({ directory }: Pick<Place, "directory">): JournalRecord[] =>
	bodies(directory).map((body) => decodeRecord(body, batchOf));

/** The commands of all transactions that were begun. */
export const begun = (place: Pick<Place, "directory">): string[] =>
	journal(place).flatMap((record) => ("begin" in record ? [record.begin.command] : []));

/** The process whose transaction is open at the end of the journal, if there is one. */
export function busy({ directory }: Pick<Place, "directory">): number | undefined {
	const last = bodies(directory).at(-1);
	const record = last && decodeRecord(last, batchOf);
	if (record === undefined) return undefined;
	const open = "begin" in record ? record.begin : "commit" in record ? record.commit : undefined;
	return open && Number(open.transaction.split("-")[0]);
}
