import { expect } from "vitest";
import type { BatchOutcome, Kernel } from "../../../src/kernel/kernel.js";
import { type Request, request } from "../../../src/netlink/request.js";
import { KernelError } from "../../../src/sys/error.js";
import { NLM_F_APPEND, NLM_F_CREATE } from "../../../src/uapi/netlink.js";
import {
	NFT_MSG_DELSETELEM,
	NFT_MSG_GETSETELEM,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
	NFT_MSG_NEWTABLE,
} from "../../../src/uapi/nf_tables.js";
import { bytes, CREATE } from "./asking.js";

export const nfgen_family = 2;
export const inT = { nfgen_family, NFTA_SET_TABLE: "t" };
export const [NFT_SET_MAP, IPV4_ADDR] = [0x8, 7];
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

export const table = (NFTA_TABLE_NAME = "t", flags = CREATE): Request =>
	request(NFT_MSG_NEWTABLE, flags, { nfgen_family, NFTA_TABLE_NAME });
export const set = (NFTA_SET_NAME: string, rest: object = {}, flags = CREATE): Request =>
	request(NFT_MSG_NEWSET, flags, {
		...inT,
		NFTA_SET_NAME,
		NFTA_SET_ID: 1,
		NFTA_SET_KEY_TYPE: IPV4_ADDR,
		NFTA_SET_KEY_LEN: 4,
		...rest,
	});
export const map = (name: string): Request =>
	set(name, {
		NFTA_SET_FLAGS: NFT_SET_MAP,
		NFTA_SET_DATA_TYPE: IPV4_ADDR,
		NFTA_SET_DATA_LEN: 4,
	});
export const chain = (NFTA_CHAIN_NAME: string, rest: object = {}, flags = CREATE): Request =>
	request(NFT_MSG_NEWCHAIN, flags, {
		nfgen_family,
		NFTA_CHAIN_TABLE: "t",
		NFTA_CHAIN_NAME,
		...rest,
	});
export const value = (address: string) => ({ NFTA_DATA_VALUE: bytes(address) });
export const elements = (
	name: string,
	...list: readonly (readonly [key: string, data?: string | undefined])[]
) => ({
	nfgen_family,
	NFTA_SET_ELEM_LIST_TABLE: "t",
	NFTA_SET_ELEM_LIST_SET: name,
	NFTA_SET_ELEM_LIST_ELEMENTS: list.map(([key, data]) => ({
		NFTA_SET_ELEM_KEY: value(key),
		NFTA_SET_ELEM_DATA: data === undefined ? undefined : value(data),
	})),
});
export const add = (name: string, key: string, data?: string, flags = CREATE): Request =>
	request(NFT_MSG_NEWSETELEM, flags, elements(name, [key, data]));
export const drop = (name: string, key: string): Request =>
	request(NFT_MSG_DELSETELEM, 0, elements(name, [key]));
/** A rule that looks up a packet's source in a set, or jumps to a chain. */
export const rule = (
	inChain: string,
	to: { readonly set?: string; readonly jump?: string },
): Request =>
	request(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, {
		nfgen_family,
		NFTA_RULE_TABLE: "t",
		NFTA_RULE_CHAIN: inChain,
		NFTA_RULE_EXPRESSIONS:
			to.set !== undefined
				? [
						{
							NFTA_EXPR_NAME: "payload",
							NFTA_EXPR_DATA: {
								NFTA_PAYLOAD_DREG: 1,
								NFTA_PAYLOAD_BASE: 1,
								NFTA_PAYLOAD_OFFSET: 12,
								NFTA_PAYLOAD_LEN: 4,
							},
						},
						{
							NFTA_EXPR_NAME: "lookup",
							NFTA_EXPR_DATA: { NFTA_LOOKUP_SET: to.set, NFTA_LOOKUP_SREG: 1 },
						},
					]
				: [
						{
							NFTA_EXPR_NAME: "immediate",
							NFTA_EXPR_DATA: {
								NFTA_IMMEDIATE_DREG: 0,
								NFTA_IMMEDIATE_DATA: {
									NFTA_DATA_VERDICT: { NFTA_VERDICT_CODE: -3, NFTA_VERDICT_CHAIN: to.jump },
								},
							},
						},
					],
	});

export const committed = (kernel: Kernel, ...batch: readonly Request[]): void => {
	const { refused } = kernel.nftables(batch);
	expect(refused.map(({ at, error }) => `${at}: ${error.message}`)).toEqual([]);
};
export const errors = ({
	refused,
}: BatchOutcome): (readonly [at: number, errno: string | undefined])[] =>
	refused.map(({ at, error }) => [at, error instanceof KernelError ? error.errno : undefined]);
export function refusedBatch(kernel: Kernel, errno: string, ...batch: readonly Request[]): void {
	expect(errors(kernel.nftables(batch))).toEqual([[batch.length - 1, errno]]);
}
export const keysOf = (kernel: Kernel, name: string): string[] =>
	kernel
		.readNftables(
			NFT_MSG_GETSETELEM,
			NFT_MSG_NEWSETELEM,
			{ nfgen_family, NFTA_SET_ELEM_LIST_TABLE: "t", NFTA_SET_ELEM_LIST_SET: name },
			true,
		)
		.flatMap((reply) => reply.NFTA_SET_ELEM_LIST_ELEMENTS ?? [])
		.map(({ NFTA_SET_ELEM_KEY: key }) => [...(key?.NFTA_DATA_VALUE ?? [])].join("."))
		.sort();

export const BASE = {
	NFTA_CHAIN_TYPE: "filter",
	NFTA_CHAIN_HOOK: { NFTA_HOOK_HOOKNUM: 1, NFTA_HOOK_PRIORITY: 0 },
	NFTA_CHAIN_POLICY: 1,
};
