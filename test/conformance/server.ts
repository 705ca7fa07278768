/**
 * The line protocol of nftables' test corpus. Each line is a JSON request: `{"id","doc"}` loads a document into the
 * network namespace of this process, `{"id","list":true}` lists the ruleset. The answer is one line of JSON.
 */
import { createInterface } from "node:readline";
import { NftablesDriver } from "../../src/kernel/nftables.js";
import { apply, list, localHost } from "../../src/nftables/index.js";

const connection = new NftablesDriver({});
const host = localHost();

function answer(line: string): unknown {
	const { id, doc, list: wantsList } = JSON.parse(line);
	try {
		if (wantsList === true) return { id, ruleset: list({}, { connection, host }) };
		apply(doc, { connection, host });
		return { id, ok: true };
	} catch (error) {
		return { id, error: (error as Error).message };
	}
}

for await (const line of createInterface({ input: process.stdin }))
	process.stdout.write(`${JSON.stringify(answer(line))}\n`);
