import { closeSync, openSync } from "node:fs";
import { Reader } from "../netlink/bytes.js";
import { u32 } from "../netlink/schema.js";
import { ioctl } from "../sys/ioctl.js";
import { TUNGETFEATURES } from "../uapi/if_tun.js";

/** What taps can be asked for, IFF_*: the device answers before it is any tap. Undefined if it may not be opened. */
export function readTunFeatures(): number | undefined {
	let fd: number;
	try {
		fd = openSync("/dev/net/tun", "r+");
	} catch {
		// That it may not be opened is a finding of its own.
		return undefined;
	}
	try {
		const answer = new Uint8Array(4);
		ioctl(fd, TUNGETFEATURES, answer, "TUNGETFEATURES");
		return u32.read(new Reader(answer, 0, answer.length));
	} finally {
		closeSync(fd);
	}
}
