import { afterEach, describe, expect, it } from "vitest";
import type { Kernel } from "../../src/kernel/kernel.js";
import { LinuxKernel } from "../../src/kernel/linux.js";
import { describe as inWords, type Request, request } from "../../src/netlink/index.js";
import { KernelError } from "../../src/sys/error.js";
import { newNetns } from "../../src/sys/netns.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { RTM_DELLINK, RTM_NEWLINK, RTM_SETLINK } from "../../src/uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_REPLACE } from "../../src/uapi/netlink.js";
import { RTM_DELROUTE, RTM_NEWROUTE } from "../../src/uapi/rtnetlink.js";
import { seed } from "../seed.js";
import { randomFrom } from "../socket/mutation.js";
import {
	addAddress,
	bytes,
	CREATE,
	createBridge,
	createVeth,
	DOWN,
	deleteLink,
	mac,
	removeAddress,
	setLink,
	UP,
} from "./contract/asking.js";
import { observe, projected } from "./contract/observation.js";

const RUNS = Number(process.env.UMLNET_RUNS ?? 25);
const STEPS = 40;

/** An operation on a kernel, with a description for the message of a failure. */
interface Move {
	readonly words: string;
	readonly act: (kernel: Kernel) => void;
}

const INDEXES = [100, 101, 102, 103, 104, 4242];
const NAMES = ["br0", "br1", "v0", "v1", "tap0", "tap1"];
const CIDRS = ["10.0.0.1/24", "10.0.0.2/24", "10.0.2.2/25", "10.0.1.1/32", "10.0.0.255/24"];
const GATEWAYS = ["10.0.0.9", "10.0.1.9", "9.9.9.9"];

function moves(random: () => number): Move {
	const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
	const some = <T>(value: T): T | undefined => (random() < 0.5 ? value : undefined);
	const index = (): number => pick(INDEXES);
	const any = (): number => pick([1, ...INDEXES]);
	const send = (one: Request): Move => ({
		words: `${inWords(one)} flags ${one.flags}`,
		act(kernel) {
			for (const { error } of kernel.rtnetlink([one])) if (error !== undefined) throw error;
		},
	});
	const change = () => ({
		...pick([UP, UP, DOWN, {}]),
		IFLA_MTU: some(pick([68, 1400, 1500, 9000, 65521, 1])),
		IFLA_GROUP: some(pick([0, 7])),
		IFLA_IFALIAS: some(pick(["a", ""])),
		IFLA_MASTER: some(pick([0, 100, 101, 103, 4242])),
		IFLA_ADDRESS:
			random() < 0.2 ? mac(pick(["02:00:00:00:00:01", "02:00:00:00:00:02"])) : undefined,
		IFLA_IFNAME: random() < 0.1 ? pick(NAMES) : undefined,
		...(random() < 0.3 && {
			IFLA_AF_SPEC: {
				AF_INET: { IFLA_INET_CONF: { IPV4_DEVCONF_FORWARDING: pick([0, 1]) } },
			},
		}),
	});
	const route = () => {
		const RTA_GATEWAY = some(bytes(pick(GATEWAYS)));
		return {
			rtm_family: 2,
			rtm_dst_len: 16,
			RTA_DST: bytes(pick(["10.1.0.0", "10.2.0.0"])),
			rtm_table: 254,
			rtm_type: 1,
			rtm_protocol: pick([4, 99]),
			rtm_scope: RTA_GATEWAY === undefined ? 253 : 0,
			RTA_GATEWAY,
			RTA_OIF: some(any()),
			RTA_PRIORITY: some(pick([0, 5])),
			RTA_PREFSRC: random() < 0.2 ? bytes("10.0.0.1") : undefined,
		};
	};
	const tap = {
		name: pick(NAMES),
		index: pick([103, 104, 105]),
		multiQueue: false,
		vnetHdr: false,
	};
	const sysctl = `net/ipv4/conf/${pick(["all", "default", ...NAMES])}/${pick(["forwarding", "rp_filter", "promote_secondaries"])}`;
	return pick<() => Move>([
		() => send(createBridge(pick(NAMES), pick([100, 101]), some(change()))),
		() => send(createVeth(pick(NAMES), 102, pick(NAMES), pick([103, 104]))),
		() => send(setLink(index(), change())),
		() => send(setLink(1, { ...change(), IFLA_MTU: undefined })),
		() => send(setLink(index(), { ...UP, IFLA_MASTER: pick([100, 101]) })),
		() => send(request(RTM_SETLINK, 0, { IFLA_IFNAME: pick(NAMES), ...UP })),
		() => send(request(RTM_NEWLINK, 0, { IFLA_GROUP: 7, IFLA_MTU: pick([1300, 0xffff_ffff]) })),
		() => send(random() < 0.3 ? deleteLink(any()) : setLink(index(), UP)),
		() => send(request(RTM_DELLINK, 0, { IFLA_GROUP: random() < 0.3 ? 7 : 8 })),
		() => send(addAddress(any(), pick(CIDRS), { IFA_PROTO: pick([0, 99]) })),
		() => send(addAddress(any(), pick(CIDRS))),
		() => send(removeAddress(any(), pick(CIDRS))),
		() =>
			send(
				request(RTM_NEWROUTE, pick([CREATE, NLM_F_CREATE, NLM_F_CREATE | NLM_F_REPLACE]), route()),
			),
		() => send(request(RTM_NEWROUTE, CREATE, route())),
		() => send(request(RTM_DELROUTE, 0, { ...route(), rtm_scope: 255 })),
		() => ({ words: `tap ${tap.name} ${tap.index}`, act: (kernel) => kernel.createTap(tap) }),
		() => ({ words: `persist ${tap.name}`, act: (kernel) => kernel.persistTap(tap.name) }),
		() => ({ words: `drop ${tap.name}`, act: (kernel) => kernel.dropTap(tap.name) }),
		() => {
			const value = pick(["0", "1"]);
			return { words: `${sysctl} = ${value}`, act: (kernel) => kernel.writeSysctl(sysctl, value) };
		},
	])();
}

/** The result of an operation: the errno, and the kernel's words if there are any. */
function ending(
	kernel: Kernel,
	{ act }: Move,
): { readonly errno: string; readonly words?: string } {
	try {
		act(kernel);
		return { errno: "granted" };
	} catch (error) {
		if (!(error instanceof KernelError)) throw error;
		return { errno: error.errno, ...(error.kernel !== undefined && { words: error.kernel }) };
	}
}

const opened: Kernel[] = [];
afterEach(() => {
	for (const kernel of opened.splice(0)) kernel.close();
});

describe(`random moves from seed ${seed}`, () => {
	it.each(Array.from({ length: RUNS }, (_, i) => i))("end alike on both kernels: run %i", (run) => {
		const random = randomFrom(seed + run);
		newNetns();
		const [real, fake] = [new LinuxKernel(), new FakeKernel()];
		opened.push(real, fake);
		const history: string[] = [];
		for (let step = 0; step < STEPS; step++) {
			const move = moves(random);
			const [told, modelled] = [ending(real, move), ending(fake, move)];
			history.push(`${move.words}\n  → ${told.errno} ${told.words ?? ""}`);
			expect(told, history.join("\n")).toMatchObject(modelled);
			const said = observe(fake);
			expect(projected(observe(real), said), history.join("\n")).toEqual(said);
		}
	});
});
