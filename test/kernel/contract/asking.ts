import { constants } from "node:os";
import { expect } from "vitest";
import type { Kernel } from "../../../src/kernel/kernel.js";
import { type Request, request } from "../../../src/netlink/request.js";
import { errnoName, KernelError } from "../../../src/sys/error.js";
import type { Given, Taken } from "../../../src/testing/fake/value.js";
import { IFF_UP } from "../../../src/uapi/if.js";
import { RTM_DELADDR, RTM_NEWADDR } from "../../../src/uapi/if_addr.js";
import { RTM_DELLINK, RTM_GETLINK, RTM_NEWLINK } from "../../../src/uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../../src/uapi/netlink.js";
import { AF_INET, AF_INET6 } from "../../../src/uapi/socket.js";

/** Sentences that must be true of every kernel, each with a function that checks it. */
export type Behaviours = Readonly<Record<string, (kernel: Kernel) => void>>;

export const CREATE = NLM_F_CREATE | NLM_F_EXCL;
type LinkValue = Given<typeof RTM_NEWLINK>;
export type Link = Taken<typeof RTM_NEWLINK>;

/** Send requests that must all succeed. */
export function granted(kernel: Kernel, ...requests: readonly Request[]): void {
	for (const { error } of kernel.rtnetlink(requests)) if (error !== undefined) throw error;
}

/** The name of an errno in errno(3). Two names may have the same number. */
function named(errno: string): string {
	const number = (constants.errno as Readonly<Record<string, number>>)[errno];
	return number === undefined ? errno : errnoName(number);
}

/** Send a request that must be refused with this errno and, if given, these words. */
export function refused(kernel: Kernel, one: Request, errno: string, words?: string): void {
	const [outcome] = kernel.rtnetlink([one]);
	expect(outcome?.error?.errno).toBe(named(errno));
	if (words !== undefined) expect(outcome?.error?.kernel).toBe(words);
}

/** Run something that must throw a KernelError with this errno. */
export function fails(body: () => unknown, errno: string): void {
	let thrown: unknown;
	try {
		body();
	} catch (error) {
		thrown = error;
	}
	expect(thrown).toBeInstanceOf(KernelError);
	expect((thrown as KernelError).errno).toBe(named(errno));
}

export const UP = { ifi_flags: IFF_UP, ifi_change: IFF_UP } as const;
export const DOWN = { ifi_flags: 0, ifi_change: IFF_UP } as const;

export const createBridge = (name: string, index: number, rest: LinkValue = {}): Request =>
	request(RTM_NEWLINK, CREATE, {
		...rest,
		IFLA_IFNAME: name,
		ifi_index: index,
		IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge" },
	});
export const createVeth = (name: string, index: number, peer: string, peerIndex: number): Request =>
	request(RTM_NEWLINK, CREATE, {
		IFLA_IFNAME: name,
		ifi_index: index,
		IFLA_LINKINFO: {
			IFLA_INFO_KIND: "veth",
			IFLA_INFO_DATA: { VETH_INFO_PEER: { IFLA_IFNAME: peer, ifi_index: peerIndex } },
		},
	});
export const setLink = (ifi_index: number, value: LinkValue): Request =>
	request(RTM_NEWLINK, 0, { ifi_index, ...value });
export const deleteLink = (ifi_index: number): Request => request(RTM_DELLINK, 0, { ifi_index });

/** Create a persistent tap. */
export function persistentTap(kernel: Kernel, name: string, index: number): void {
	kernel.createTap({ name, index, multiQueue: false, vnetHdr: false });
	kernel.persistTap(name);
}

/** The link with this index, if there is one. */
export function linkOf(kernel: Kernel, ifi_index: number): Link | undefined {
	const [outcome] = kernel.rtnetlink([request(RTM_GETLINK, 0, { ifi_index })]);
	if (outcome?.error !== undefined) {
		expect(outcome.error.errno).toBe("ENODEV");
		return undefined;
	}
	return outcome?.replies[0]?.value as Link;
}
export const isUp = (link: Link | undefined): boolean => ((link?.ifi_flags ?? 0) & IFF_UP) !== 0;

export const bytes = (text: string): Uint8Array =>
	new Uint8Array(
		text.includes(":") ? Buffer.from(v6Groups(text).join(""), "hex") : text.split(".").map(Number),
	);
function v6Groups(text: string): string[] {
	const [head = "", tail = ""] = text.split("::").map((half) => half.replace(/(^|:)(?=:|$)/g, ""));
	const groups = (half: string): string[] => (half === "" ? [] : half.split(":"));
	const [left, right] = [groups(head), groups(tail)];
	const zeros = Array<string>(8 - left.length - right.length).fill("0");
	return [...left, ...zeros, ...right].map((group) => group.padStart(4, "0"));
}
export const mac = (text: string): Uint8Array =>
	new Uint8Array(text.split(":").map((byte) => Number.parseInt(byte, 16)));

type AddressValue = Given<typeof RTM_NEWADDR>;
/** The value of an address message: `10.0.0.1/24`. */
export function address(ifa_index: number, cidr: string, rest: AddressValue = {}): AddressValue {
	const [text = "", prefix = ""] = cidr.split("/");
	const local = bytes(text);
	return {
		ifa_family: local.length === 4 ? AF_INET : AF_INET6,
		ifa_prefixlen: Number(prefix),
		ifa_index,
		IFA_LOCAL: local,
		IFA_ADDRESS: local,
		...rest,
	};
}
export const addAddress = (index: number, cidr: string, rest: AddressValue = {}): Request =>
	request(RTM_NEWADDR, CREATE, address(index, cidr, rest));
export const removeAddress = (index: number, cidr: string, rest: AddressValue = {}): Request =>
	request(RTM_DELADDR, 0, address(index, cidr, rest));
