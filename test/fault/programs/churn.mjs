// Guests come and go, a number at a time, until enough have come. Every round is reported with the resources that the
// process uses. Every second process takes its taps from a pool. An error ends the program.
import { readdirSync } from "node:fs";
import { open } from "../../../dist/index.js";

const [stateDir, prefix, guests, rounds, pool, until] = process.argv.slice(2);
const network = { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/32"], proxyArp: true };
const names = Array.from({ length: Number(guests) }, (_, i) => `${prefix}-${i}`);
const spec = (name) => ({
	version: 1,
	networks: { [prefix]: network },
	taps: { [name]: { network: prefix, owner: 500 } },
});
const guest = { network: prefix, networks: { [prefix]: network } };

const host = await open({
	stateDir,
	timeout: 600_000,
	...(pool === "pool" && { pool: { size: names.length, low: 1, owner: 500 } }),
});
// The last process with this name was killed, and its guests may still be up.
await host.down({ taps: names });

const come =
	pool === "pool"
		? () => Promise.all(names.map(async () => (await host.take(guest)).name))
		: () => Promise.all(names.map(async (name) => (await host.up(spec(name))).taps[0].name));

for (let round = 1; round <= Number(rounds) && Date.now() < Number(until); round++) {
	const there = await come();
	const gone = await Promise.all(there.map((name) => host.down({ taps: [name] })));
	if (!gone.every(({ changed }) => changed)) throw new Error("some were not there");
	globalThis.gc();
	const { rss, heapUsed } = process.memoryUsage();
	const fds = readdirSync("/proc/self/fd").length;
	console.log(JSON.stringify({ round, cycles: there.length, rss, heapUsed, fds }));
}
await host.close();
