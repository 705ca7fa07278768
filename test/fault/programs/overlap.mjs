// Brings up and down taps that other processes bring up and down as well, two at a time. It reports when each operation
// began and its answer, with the kernel's clock, which is the same for all processes.
import { open } from "../../../dist/index.js";

const [stateDir, specs, seed, count, until] = process.argv.slice(2);
const taps = Object.entries(JSON.parse(specs));
let state = Number(seed) >>> 0;
/** A pseudo-random number (xorshift32). */
function below(n) {
	state ^= state << 13;
	state ^= state >>> 17;
	state ^= state << 5;
	return (state >>> 0) % n;
}
const now = () => Number(process.hrtime.bigint() / 1000n);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const host = await open({ stateDir, timeout: 600_000 });
let last = 0;
async function one() {
	const id = ++last;
	const [tap, spec] = taps[below(taps.length)];
	const verb = below(2) === 0 ? "up" : "down";
	say({ id, tap, verb, start: now() });
	const { changed, taps: there } =
		verb === "up" ? await host.up(spec) : await host.down({ taps: [tap] });
	say({ id, end: now(), changed, index: verb === "up" ? there[0].index : undefined });
}
while (last < Number(count) && Date.now() < Number(until)) await Promise.all([one(), one()]);
await host.close();
