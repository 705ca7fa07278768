// Keeps a pool: prints the names of its parked taps when it is full, and closes the engine when told to.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { open } from "../../../dist/index.js";

const [stateDir, size] = process.argv.slice(2);
const host = await open({ stateDir, pool: { size: Number(size), low: 1 } });
const own = ({ mode, pool }) => mode === "parked" && pool.startsWith(`${process.pid}-`);
let names = [];
while (names.length < Number(size)) {
	await sleep(2);
	names = (await host.status()).taps.filter(own).map(({ name }) => name);
}
console.log(JSON.stringify(names));
await once(process.stdin, "data");
await host.close();
process.stdin.destroy();
