// Tells in which network namespace every thread of this process is: at first, with an engine open in each of
// the namespaces given, while they work, and after they are closed.
import { readdirSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { open } from "../../../dist/index.js";

const [stateDir, spec, ...places] = process.argv.slice(2);
const threads = () =>
	readdirSync("/proc/self/task").map((id) => readlinkSync(`/proc/self/task/${id}/ns/net`));

// The libuv pool starts its threads when it is first needed.
await readFile("/proc/self/stat");
const before = threads();
const hosts = await Promise.all(places.map((netns) => open({ netns, stateDir })));
const idle = threads();
const work = hosts.map((host) => host.up(JSON.parse(spec)));
await readFile("/proc/self/stat");
const busy = threads();
await Promise.all(work);
// Whoever reads this file is in the namespace whose links it lists.
const links = await readFile("/proc/net/dev", "latin1");
await Promise.all(hosts.map((host) => host.close()));
const after = threads();
console.log(JSON.stringify({ before, idle, busy, after, links }));
