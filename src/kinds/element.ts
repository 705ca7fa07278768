import type { Count } from "../engine/report.js";
import { formatAddress, parseAddress } from "../inet/address.js";
import type { Action } from "../kernel/action.js";
import { ifThere } from "../kernel/if-there.js";
import type { Kernel } from "../kernel/kernel.js";
import { isLinux } from "../kernel/release.js";
import { align4, Reader, Writer } from "../netlink/bytes.js";
import type { Codec } from "../netlink/codec.js";
import { type Request, request } from "../netlink/request.js";
import { be16, chars, type In, nulString, type Out, struct, u8, u32 } from "../netlink/schema.js";
import { families } from "../nftables/fact/family.js";
import { IFNAMSIZ } from "../uapi/if.js";
import { ETH_ALEN } from "../uapi/if_ether.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import {
	NFT_MSG_DELSETELEM,
	NFT_MSG_DESTROYSETELEM,
	NFT_MSG_GETSETELEM,
	NFT_MSG_NEWSETELEM,
} from "../uapi/nf_tables.js";
import type { statefulExpr } from "../uapi/nf_tables_expr.js";
import { macBytes, macText } from "./link.js";
import type { CompiledTable } from "./ruleset/table.js";

/** Bytes that people write as text. */
const written = (
	size: number,
	parse: (text: string) => Uint8Array,
	format: (bytes: Uint8Array) => string,
): Codec<string> => ({
	kind: "binary",
	size,
	write(w, text) {
		const bytes = parse(text);
		if (bytes.length !== size) throw w.fail(`${text} has ${bytes.length} bytes, want ${size}`);
		w.append(bytes);
	},
	read: (r) => format(r.copy(size)),
});

/**
 * The types of nft that the keys and data of our sets consist of, and how a value of each is laid out in a register.
 */
const TYPES = {
	ifname: chars(IFNAMSIZ),
	devgroup: u32,
	ether_addr: written(ETH_ALEN, macBytes, macText),
	ipv4_addr: written(4, parseAddress, formatAddress),
	ipv6_addr: written(16, parseAddress, formatAddress),
	inet_proto: u8,
	inet_service: be16,
} as const;

type Type = keyof typeof TYPES;
/** The type of a key or data: one type, or several for a concatenation. */
export type Types = Type | readonly Type[];
/** One value for each type. */
type Value<T> = T extends Type ? Out<(typeof TYPES)[T]> : never;
export type Values<T extends Types> = T extends readonly Type[]
	? { readonly [I in keyof T]: Value<T[I]> }
	: readonly [Value<T>];

const w = new Writer();

/** Encodes values one behind the other, each of which begins at a 32-bit register (NFT_REG32_SIZE). */
class Concatenation<T extends Types> {
	readonly #codecs: readonly Codec<string | number>[];
	/** A single value is not padded. */
	readonly #isPadded: boolean;

	constructor(types: T) {
		const names = [types].flat() as readonly Type[];
		this.#codecs = names.map((name) => TYPES[name] as Codec<string | number>);
		this.#isPadded = names.length > 1;
	}

	encode(values: Values<T>): Uint8Array {
		w.reset();
		// A counting loop, because this runs for every guest and entries() makes an array for each field.
		for (let i = 0; i < this.#codecs.length; i++) {
			(this.#codecs[i] as Codec<string | number>).write(w, values[i] as string | number);
			if (this.#isPadded) w.reserve(align4(w.length) - w.length);
		}
		return w.finish();
	}

	decode(bytes: Uint8Array): Values<T> {
		const r = new Reader(bytes);
		const values = this.#codecs.map((codec) => {
			const value = codec.read(r);
			if (this.#isPadded) r.take(align4(r.pos) - r.pos);
			return value;
		});
		return values as unknown as Values<T>;
	}
}

/** The comment of an element as nft writes it: type, length, text with its NUL (libnftnl, src/udata.c). */
const COMMENT = struct({ type: u8, length: u8, text: nulString(253) });
const NFTNL_UDATA_SET_ELEM_COMMENT = 0; // libnftnl/udata.h

function comment(text: string): Uint8Array {
	w.reset();
	const length = Buffer.byteLength(text) + 1;
	COMMENT.write(w, { type: NFTNL_UDATA_SET_ELEM_COMMENT, length, text });
	return w.finish();
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The declaration of a set of ours, as far as its elements depend on it. */
export interface Declared<K extends Types, D extends Types = never> {
	readonly name: string;
	readonly type: K;
	/** The types of the data, for a map. */
	readonly map?: D;
}
/** An element of a set, which is its key. */
export interface Plain<K extends Types> {
	readonly key: Values<K>;
	readonly comment?: string | undefined;
}
interface Element<K extends Types, D extends Types> {
	readonly key: Values<K>;
	readonly data?: Values<D> | undefined;
	/** Says to people whose element it is; `nft list ruleset` shows it. */
	readonly comment: string;
	/** What is done with each packet that has the key. */
	readonly expression?: In<typeof statefulExpr> | undefined;
}

/** An element that we did not put in. The catch-all element has no key. */
interface StrayElement<K extends Types, D extends Types> {
	readonly what: string;
	readonly key: Values<K> | undefined;
	readonly data: Values<D> | undefined;
}
/** An element as the kernel has it. */
interface FoundElement<D extends Types> {
	readonly data: Values<D> | undefined;
	readonly expression: Out<typeof statefulExpr> | undefined;
}
const NONE = new Uint8Array();

/** A set or map of ours and its elements. */
export class ElementSet<const K extends Types, const D extends Types = never> {
	readonly name: string;
	/** That of the table it is in. */
	readonly family: CompiledTable["family"];
	readonly #family: number;
	readonly #table: string;
	readonly #key: Concatenation<K>;
	readonly #data: Concatenation<D> | undefined;

	constructor(table: Pick<CompiledTable, "family" | "name">, { name, type, map }: Declared<K, D>) {
		this.name = name;
		this.family = table.family;
		this.#family = families[table.family];
		this.#table = table.name;
		this.#key = new Concatenation(type);
		this.#data = map === undefined ? undefined : new Concatenation(map);
	}

	/** Adding an element, which must not exist, and deleting it, which must. */
	actions({ key, data, comment: text, expression }: Element<K, D>): {
		readonly add: Action;
		readonly remove: Action;
	} {
		// Written out, because spreading an object with the common members would take longer than all the rest.
		const value = {
			nfgen_family: this.#family,
			NFTA_SET_ELEM_LIST_TABLE: this.#table,
			NFTA_SET_ELEM_LIST_SET: this.name,
			NFTA_SET_ELEM_LIST_ELEMENTS: [
				{
					NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: this.#key.encode(key) },
					NFTA_SET_ELEM_DATA:
						data === undefined ? undefined : { NFTA_DATA_VALUE: this.#data?.encode(data) },
					NFTA_SET_ELEM_USERDATA: comment(text),
					NFTA_SET_ELEM_EXPR: expression,
				},
			],
		};
		const add = request(NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_EXCL, value);
		return {
			add: { via: "nftables", batch: [add] },
			remove: { via: "nftables", batch: [request(NFT_MSG_DELSETELEM, 0, value)] },
		};
	}

	/** Putting elements in, none of which must be there. */
	add(elements: readonly Plain<K>[]): Request {
		return request(NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_EXCL, this.#list(elements));
	}

	/** Taking elements out, whether they are there or not; of a set, not a map. */
	destroy(elements: readonly Plain<K>[], canDestroy = isLinux(6, 3)): Request[] {
		const value = this.#list(elements);
		if (canDestroy) return [request(NFT_MSG_DESTROYSETELEM, 0, value)];
		// Where all of them are there none can be missing.
		return [
			request(NFT_MSG_NEWSETELEM, NLM_F_CREATE, value),
			request(NFT_MSG_DELSETELEM, 0, value),
		];
	}

	#list(elements: readonly Plain<K>[]) {
		return {
			nfgen_family: this.#family,
			NFTA_SET_ELEM_LIST_TABLE: this.#table,
			NFTA_SET_ELEM_LIST_SET: this.name,
			NFTA_SET_ELEM_LIST_ELEMENTS: elements.map(({ key, comment: text }) => ({
				NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: this.#key.encode(key) },
				NFTA_SET_ELEM_USERDATA: text === undefined ? undefined : comment(text),
			})),
		};
	}

	/** The element with this key, with its data if the set is a map; undefined if there is none. @throws KernelError */
	read(kernel: Kernel, key: Values<K>): FoundElement<D> | undefined {
		const NFTA_SET_ELEM_KEY = { NFTA_DATA_VALUE: this.#key.encode(key) };
		const [found] = this.#get(kernel, [{ NFTA_SET_ELEM_KEY }], false);
		const bytes = found?.NFTA_SET_ELEM_DATA?.NFTA_DATA_VALUE;
		return (
			found && {
				data: bytes && this.#data?.decode(bytes),
				expression: found.NFTA_SET_ELEM_EXPR as Out<typeof statefulExpr> | undefined,
			}
		);
	}

	/** The elements that have none of these keys, with a description of each. @throws KernelError */
	strays(kernel: Kernel, keys: readonly Values<K>[]): StrayElement<K, D>[] {
		const ours = new Set(keys.map((key) => hex(this.#key.encode(key))));
		return this.#get(kernel, undefined, true)
			.filter(({ NFTA_SET_ELEM_KEY: key }) => !ours.has(hex(key?.NFTA_DATA_VALUE ?? NONE)))
			.map(({ NFTA_SET_ELEM_KEY, NFTA_SET_ELEM_DATA }) => {
				const [key, data] = [NFTA_SET_ELEM_KEY, NFTA_SET_ELEM_DATA].map(
					(value) => value?.NFTA_DATA_VALUE,
				);
				const decoded = key && this.#key.decode(key);
				// The catch-all element has no key.
				const text = decoded?.join(" . ") ?? "*";
				return {
					what: `element ${text} of nft set ${this.#table} ${this.name}`,
					key: decoded,
					data: data && this.#data?.decode(data),
				};
			});
	}

	/** What the counters of the elements say, by their keys. @throws KernelError */
	counts(kernel: Kernel): { readonly key: Values<K>; readonly count: Count }[] {
		return this.#get(kernel, undefined, true).flatMap(
			({ NFTA_SET_ELEM_KEY, NFTA_SET_ELEM_EXPR: expr }) => {
				const key = NFTA_SET_ELEM_KEY?.NFTA_DATA_VALUE;
				if (key === undefined || expr?.NFTA_EXPR_NAME !== "counter") return [];
				const { NFTA_COUNTER_PACKETS: packets = 0n, NFTA_COUNTER_BYTES: bytes = 0n } =
					expr.NFTA_EXPR_DATA ?? {};
				return [
					{ key: this.#key.decode(key), count: { packets: Number(packets), bytes: Number(bytes) } },
				];
			},
		);
	}

	/** The elements in the kernel; none if the set does not exist either. */
	#get(
		kernel: Kernel,
		elements: readonly { readonly NFTA_SET_ELEM_KEY: object }[] | undefined,
		dump: boolean,
	) {
		const value = {
			nfgen_family: this.#family,
			NFTA_SET_ELEM_LIST_TABLE: this.#table,
			NFTA_SET_ELEM_LIST_SET: this.name,
			NFTA_SET_ELEM_LIST_ELEMENTS: elements,
		};
		const found =
			ifThere(() => kernel.readNftables(NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM, value, dump)) ?? [];
		return found.flatMap(({ NFTA_SET_ELEM_LIST_ELEMENTS = [] }) => NFTA_SET_ELEM_LIST_ELEMENTS);
	}
}

// biome-ignore lint/suspicious/noExplicitAny: sets whose keys differ, side by side
export type AnyElementSet = ElementSet<any, any>;
