// A process that takes the lock of a directory: `lock.mjs hold DIRECTORY`, `lock.mjs turns DIRECTORY NAME TIMES`. With
// `last` instead of `turns` it removes the directory each time, as whoever takes the last tap down does.
import { appendFileSync, closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { StateDirectory } from "../../../dist/engine/journal/directory.js";
import { HostLock } from "../../../dist/engine/journal/lock.js";

const [, , verb, directory, name = "", times = "1", timeout = "30000"] = process.argv;
const place = new StateDirectory(directory, "lock");
const lock = new HostLock(place);

if (verb === "hold") {
	await lock.acquire(Number(timeout));
	process.stdout.write("held\n");
	process.stdin.resume();
} else {
	process.stdout.write("ready\n");
	await new Promise((resolve) => process.stdin.once("data", resolve));
	process.stdin.destroy();
	for (let i = 0; i < Number(times); i++) {
		await lock.acquire(Number(timeout));
		// If two processes held the lock at once, this would fail with EEXIST.
		const inside = openSync(join(directory, "inside"), "wx");
		writeSync(inside, name);
		appendFileSync(join(directory, "turns"), `${name}\n`);
		// About as long as a transaction takes.
		await setTimeout(2);
		closeSync(inside);
		unlinkSync(join(directory, "inside"));
		if (verb === "last") place.remove();
		lock.release();
	}
	lock.close();
}
