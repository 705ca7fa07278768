// Lets a number of guests come and go at a time, and reports each time that all of them have been up, until it is told
// to stop or has done the given number of rounds. An error ends the program.
import { open } from "../../../dist/index.js";

const [stateDir, prefix, count, rounds] = process.argv.slice(2);
const names = Array.from({ length: Number(count) }, (_, i) => `${prefix}-${i}`);
const network = { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/32"], proxyArp: true };
const spec = (name) => ({
	version: 1,
	networks: { [prefix]: network },
	taps: { [name]: { network: prefix, owner: 500 } },
});
let told = false;
process.stdin.once("data", () => {
	told = true;
});

const host = await open({ stateDir });
for (let round = 1; round <= Number(rounds) && !told; round++) {
	const ups = await Promise.all(names.map((name) => host.up(spec(name))));
	if (!ups.every(({ changed }) => changed)) throw new Error("some were there already");
	const downs = await Promise.all(names.map((name) => host.down({ taps: [name] })));
	if (!downs.every(({ changed }) => changed)) throw new Error("some were not there");
	console.log(JSON.stringify({ round }));
}
await host.close();
process.stdin.destroy();
