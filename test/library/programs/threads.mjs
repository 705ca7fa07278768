// Prints the network namespace of every thread of this process: at first, with an engine open in each of the given
// namespaces, while the engines work, and after they are closed.
import { readdirSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { open } from "../../../dist/index.js";

const [stateDir, spec, ...places] = process.argv.slice(2);
const threads = () =>
	readdirSync("/proc/self/task").map((id) => readlinkSync(`/proc/self/task/${id}/ns/net`));

// The threads of the libuv pool start when the first is needed.
await readFile("/proc/self/stat");
const before = threads();
const hosts = await Promise.all(places.map((netns) => open({ netns, stateDir })));
const idle = threads();
const work = hosts.map((host) => host.up(JSON.parse(spec)));
await readFile("/proc/self/stat");
const busy = threads();
await Promise.all(work);
// The contents show the namespace of the thread that reads this file.
const links = await readFile("/proc/net/dev", "latin1");
await Promise.all(hosts.map((host) => host.close()));
const after = threads();
console.log(JSON.stringify({ before, idle, busy, after, links }));
