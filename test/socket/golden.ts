import { readFileSync } from "node:fs";

/**
 * Datagrams that a kernel sent, from `golden/NAME.txt`: comment lines name the command that they answer, followed by
 * the bytes in rows. They answer sequence number 1 on port 4711.
 */
export function golden(name: string): Uint8Array[] {
	const text = readFileSync(new URL(`golden/${name}.txt`, import.meta.url), "utf8");
	return text
		.split(/^# datagram \d+$/m)
		.slice(1)
		.map((rows) => new Uint8Array(Buffer.from(rows.replace(/\s/g, ""), "hex")));
}
