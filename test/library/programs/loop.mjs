// Reports when it is ready. When it is told to go, it measures the delays of its event loop for some milliseconds,
// while a number of guests at a time come and go.
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { open } from "../../../dist/index.js";

const STEP = 1; // One millisecond. A step that takes longer is a delay.
const [stateDir, milliseconds, count] = process.argv.slice(2);
const host = await open({ stateDir });
let cycles = 0;

/** One guest after the other on a tap of its own, until the time is up. */
async function guests(i, until) {
	const name = `tap${i}`;
	const network = { mode: "nat", uplink: "eth1", addresses: [`192.168.${i}.1/24`], proxyArp: true };
	const spec = {
		version: 1,
		networks: { lab: network },
		taps: { [name]: { network: "lab", owner: 500 } },
	};
	// At least one guest each, however busy the machine is.
	for (let own = 0; performance.now() < until || own === 0; own++) {
		await host.up(spec);
		await host.down({ taps: [name] });
		cycles++;
	}
}

console.log(JSON.stringify("ready"));
await once(process.stdin, "data");
const until = performance.now() + Number(milliseconds);
const delay = monitorEventLoopDelay({ resolution: STEP });
delay.enable();
await Promise.all([
	sleep(Number(milliseconds)),
	...Array.from({ length: Number(count) }, (_, i) => guests(i, until)),
]);
delay.disable();
const late = (percent) => delay.percentile(percent) / 1e6 - STEP;
console.log(JSON.stringify({ cycles, steps: delay.count, p50: late(50), p99: late(99) }));
process.stdin.destroy();
