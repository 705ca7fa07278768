import type { Kind, Step } from "../engine/kind.js";
import { formatAddress, parseAddress } from "../inet/address.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { Writer } from "../netlink/bytes.js";
import type { Codec } from "../netlink/codec.js";
import { request } from "../netlink/request.js";
import { chars, nulString, struct, u8 } from "../netlink/schema.js";
import { KernelError } from "../sys/error.js";
import { IFNAMSIZ } from "../uapi/if.js";
import { NFPROTO_INET } from "../uapi/netfilter.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import { NFT_MSG_DELSETELEM, NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM } from "../uapi/nf_tables.js";
import { alreadyThere } from "./conflict.js";
import { TABLE } from "./mark.js";
import { masqueraded } from "./ruleset/set/masqueraded.js";
import { snatTo } from "./ruleset/set/snat-to.js";

const MASQUERADED = masqueraded.set.name;
const SNAT_TO = snatTo.map.name;

/** A segment of guests that leaves an uplink under another source address. */
export interface Nat {
	/** Where the guests' packets come in: their tap, or their bridge. */
	readonly segment: string;
	readonly uplink: string;
	/** The address they get outside; without it the uplink's own. */
	readonly snatTo: string | undefined;
	readonly network: string;
}

const setOf = ({ snatTo }: Nat): string => (snatTo === undefined ? MASQUERADED : SNAT_TO);

/** What the sets are keyed by: `iifname . oifname`. */
const KEY = struct({ iifname: chars(IFNAMSIZ), oifname: chars(IFNAMSIZ) });

/** The comment of a set element as nft writes it, whose it is: type, length, text with its NUL (libnftnl udata). */
const COMMENT = struct({ type: u8, length: u8, text: nulString(253) });
const NFTNL_UDATA_SET_ELEM_COMMENT = 0; // libnftnl/udata.h

const w = new Writer();
function bytesOf<I>(codec: Codec<unknown, I>, value: I): Uint8Array {
	w.reset();
	codec.write(w, value);
	return w.finish();
}

const keyOf = ({ segment, uplink }: Nat): Uint8Array =>
	bytesOf(KEY, { iifname: segment, oifname: uplink });

const comment = (text: string): Uint8Array => {
	const length = Buffer.byteLength(text) + 1;
	return bytesOf(COMMENT, { type: NFTNL_UDATA_SET_ELEM_COMMENT, length, text });
};

function element(nat: Nat) {
	const { snatTo, network } = nat;
	return {
		NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: keyOf(nat) },
		NFTA_SET_ELEM_DATA:
			snatTo === undefined ? undefined : { NFTA_DATA_VALUE: parseAddress(snatTo) },
		NFTA_SET_ELEM_USERDATA: comment(network),
	};
}
const inSet = (nat: Nat) => ({
	nfgen_family: NFPROTO_INET,
	NFTA_SET_ELEM_LIST_TABLE: TABLE,
	NFTA_SET_ELEM_LIST_SET: setOf(nat),
	NFTA_SET_ELEM_LIST_ELEMENTS: [element(nat)],
});
/** Putting the element in, and taking it out. */
function actions(nat: Nat): { readonly add: Action; readonly remove: Action } {
	const value = inSet(nat);
	const put = request(NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_EXCL, value);
	return {
		add: { via: "nftables", batch: [put] },
		remove: { via: "nftables", batch: [request(NFT_MSG_DELSETELEM, 0, value)] },
	};
}

const words = ({ segment, uplink, snatTo }: Nat): string =>
	`source NAT of ${segment} to ${uplink} (${snatTo === undefined ? "masquerade" : `as ${snatTo}`})`;
function on(nat: Nat): Step {
	const { add, remove } = actions(nat);
	const conflict = alreadyThere(words(nat), "nft list ruleset");
	return { label: `add ${words(nat)}`, phase: "filter", do: add, undo: [remove], conflict };
}
function off(nat: Nat): Step {
	const { add, remove } = actions(nat);
	return { label: `remove ${words(nat)}`, phase: "filter", do: remove, undo: [add] };
}

/** What the kernel maps the segment to: an address, "masquerade", or undefined when it is not there. */
function read(kernel: Kernel, nat: Nat): string | undefined {
	const wanted = {
		...inSet(nat),
		NFTA_SET_ELEM_LIST_ELEMENTS: [{ NFTA_SET_ELEM_KEY: element(nat).NFTA_SET_ELEM_KEY }],
	};
	try {
		const [found] = kernel.readNftables(NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM, wanted, false);
		const [one] = found?.NFTA_SET_ELEM_LIST_ELEMENTS ?? [];
		const to = one?.NFTA_SET_ELEM_DATA?.NFTA_DATA_VALUE;
		return one && (to === undefined ? "masquerade" : formatAddress(to));
	} catch (error) {
		if (error instanceof KernelError && error.errno === "ENOENT") return undefined;
		throw error;
	}
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The two interfaces of a key. */
const namesIn = (key: Uint8Array): string[] =>
	[key.subarray(0, IFNAMSIZ), key.subarray(IFNAMSIZ)].map((bytes) =>
		new TextDecoder().decode(bytes).replace(/\0.*$/s, ""),
	);

/** All that is in a set of ours; nothing where there is none. */
function elementsOf(kernel: Kernel, set: string) {
	const list = {
		nfgen_family: NFPROTO_INET,
		NFTA_SET_ELEM_LIST_TABLE: TABLE,
		NFTA_SET_ELEM_LIST_SET: set,
	};
	try {
		return kernel
			.readNftables(NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM, list, true)
			.flatMap(({ NFTA_SET_ELEM_LIST_ELEMENTS = [] }) => NFTA_SET_ELEM_LIST_ELEMENTS);
	} catch (error) {
		if (error instanceof KernelError && error.errno === "ENOENT") return [];
		throw error;
	}
}

/** Source NAT of one segment: one element of a set or map, never a rule. */
export const nat: Kind<Nat, Nat> = {
	kind: "nat",
	key: ({ segment, uplink }) => `nat:${segment}:${uplink}`,
	resolve: (want) => want,
	create: (made) => [on(made)],
	remove: (made) => [off(made)],
	drift: (made, kernel) =>
		read(kernel, made) === (made.snatTo ?? "masquerade") ? [] : [`${words(made)} is not in place`],
	verify(made, kernel) {
		const mine = (read(kernel, made) ?? "") === (made.snatTo ?? "masquerade");
		// An address that is mapped cannot be in the other set as well: the first rule would win.
		const other = { ...made, snatTo: made.snatTo === undefined ? "0.0.0.0" : undefined };
		return [
			...(mine ? [] : this.drift(made, kernel)),
			...(read(kernel, other) === undefined
				? []
				: [`${words(made)} is in set ${setOf(other)} too`]),
		];
	},
	strays(made, kernel) {
		const ours = new Set(made.map((nat) => hex(keyOf(nat))));
		return [MASQUERADED, SNAT_TO].flatMap((set) =>
			elementsOf(kernel, set)
				.map(({ NFTA_SET_ELEM_KEY }) => NFTA_SET_ELEM_KEY?.NFTA_DATA_VALUE ?? new Uint8Array())
				.filter((key) => !ours.has(hex(key)))
				.map((key) => `element ${namesIn(key).join(" . ")} of nft set ${TABLE} ${set}`),
		);
	},
	change(made, next, kernel) {
		const old = read(kernel, made);
		const same = made.snatTo === next.snatTo;
		if (same && old === (next.snatTo ?? "masquerade")) return [];
		const there =
			old === undefined ? [] : [off({ ...made, snatTo: old === "masquerade" ? undefined : old })];
		return [...there, on(next)];
	},
};
