/**
 * Our library as a peer of bench/nft.ts: `apply FILE` or `list`. It prints its time in milliseconds, without the start.
 */
import { readFileSync } from "node:fs";
import { apply, list } from "../../src/nftables/index.js";

const [, , verb, file = ""] = process.argv;
const start = performance.now();
if (verb === "apply") apply(JSON.parse(readFileSync(file, "utf8")));
else JSON.stringify(list());
process.stdout.write(`${performance.now() - start}\n`);
