/** Whoever opens a tap decides on the format of its frames. That is not drift, and the same `up` has nothing to do. */
import { closeSync, openSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ioctl, ioctlNumber } from "../../src/sys/ioctl.js";
import {
	IFF_MULTI_QUEUE,
	IFF_NAPI,
	IFF_NAPI_FRAGS,
	IFF_NO_CARRIER,
	IFF_NO_PI,
	IFF_ONE_QUEUE,
	IFF_TAP,
	IFF_VNET_HDR,
	TUN_F_CSUM,
	TUN_F_TSO4,
	TUNSETIFF,
	TUNSETOFFLOAD,
	TUNSETVNETHDRSZ,
} from "../../src/uapi/if_tun.js";
import { Lab } from "./lab.js";
import { labSpec } from "./specs.js";

const IFREQ = 40; // sizeof(struct ifreq)
const IFNAMSIZ = 16;

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

function openQueue(flags: number): number {
	const fd = openSync("/dev/net/tun", "r+");
	const ifreq = Buffer.alloc(IFREQ);
	ifreq.write("tap0", "latin1");
	ifreq.writeUInt16LE(IFF_TAP | flags, IFNAMSIZ);
	ioctl(fd, TUNSETIFF, ifreq, "TUNSETIFF");
	return fd;
}

const headerOf = (bytes: number) => (fd: number) => {
	const size = Buffer.alloc(4);
	size.writeInt32LE(bytes);
	ioctl(fd, TUNSETVNETHDRSZ, size, "TUNSETVNETHDRSZ");
};
const offload = (fd: number): void => {
	ioctlNumber(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4, "TUNSETOFFLOAD");
};

interface Opening {
	readonly flags: number;
	readonly queues?: number;
	readonly after?: readonly ((fd: number) => void)[];
}
const OPENINGS: Readonly<Record<string, Opening>> = {
	"plain frames": { flags: IFF_NO_PI },
	"packet information before each frame": { flags: 0 },
	"a virtio header": { flags: IFF_NO_PI | IFF_VNET_HDR },
	"a header with the number of buffers, and offloads, as virtual machine monitors have it": {
		flags: IFF_NO_PI | IFF_VNET_HDR | IFF_ONE_QUEUE,
		after: [headerOf(12), offload],
	},
	"no carrier": { flags: IFF_NO_PI | IFF_NO_CARRIER },
	"NAPI, and frames in parts": { flags: IFF_NO_PI | IFF_NAPI | IFF_NAPI_FRAGS },
	"four queues": { flags: IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE, queues: 4 },
	"one queue of many": { flags: IFF_NO_PI | IFF_MULTI_QUEUE, queues: 1 },
};

describe.each([false, true])("a tap made with a virtio header: %s", (vnetHdr) => {
	test.each(Object.entries(OPENINGS))("opened with %s", async (_, opening) => {
		const { flags, queues = 1, after = [] } = opening;
		const multiQueue = (flags & IFF_MULTI_QUEUE) !== 0;
		const spec = labSpec(
			{ mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] },
			{ tap0: { vnetHdr, multiQueue } },
		);
		const settled = async (): Promise<void> => {
			const { result } = await lab.run((host) => host.status(undefined, { verify: true }));
			expect(result.taps[0]?.drift).toEqual([]);
			expect(result.exact).toBe(true);
			const again = await lab.run((host) => host.up(spec));
			expect(again).toMatchObject({ mutations: [], changes: 0, result: { changed: false } });
		};
		const before = lab.look();
		await lab.run((host) => host.up(spec));
		const fds = Array.from({ length: queues }, () => openQueue(flags));
		for (const fd of fds) for (const act of after) act(fd);
		await settled();
		for (const fd of fds) closeSync(fd);
		await settled();
		await lab.run((host) => host.down({ all: true }));
		expect(lab.changes(before)).toEqual([]);
	});
});
