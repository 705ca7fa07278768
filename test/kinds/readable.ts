import { formatAddress } from "../../src/inet/address.js";
import { tables } from "../../src/kinds/ruleset/index.js";

type Value = Readonly<Record<string, unknown>>;
interface Declared {
	readonly name: string;
	readonly type: string | readonly string[];
	readonly map?: string | readonly string[];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** A name that is followed by NULs only; other bytes in hexadecimal. */
function nameIn(bytes: Uint8Array): string {
	const [name = "", ...rest] = Buffer.from(bytes).toString("latin1").split(/\0/);
	return name !== "" && rest.every((part) => part === "") ? name : hex(bytes);
}

/** The size of a value of each type, and how people write it. */
const TYPES: Readonly<Record<string, readonly [number, (bytes: Uint8Array) => string]>> = {
	ifname: [16, nameIn],
	devgroup: [4, (bytes) => `group ${Buffer.from(bytes).readUInt32LE()}`],
	ipv4_addr: [4, formatAddress],
	ipv6_addr: [16, formatAddress],
	inet_proto: [1, ([number]) => `protocol ${number}`],
	inet_service: [2, ([high = 0, low = 0]) => `port ${256 * high + low}`],
};

/** A concatenation such as `tap0 . eth1`. Bytes that are not a value of these types stay as they are. */
function concatenated(bytes: Uint8Array, types: readonly string[]): string {
	const parts = types.map((type) => TYPES[type]);
	// Each value begins with a register of four bytes, unless it is alone.
	const padded = (size = Number.NaN): number => (types.length > 1 ? Math.ceil(size / 4) * 4 : size);
	const total = parts.reduce((sum, part) => sum + padded(part?.[0]), 0);
	if (total !== bytes.length) return hex(bytes);
	let at = 0;
	const texts = parts.map((part) => {
		const [size, text] = part as (typeof TYPES)[string];
		const from = at;
		at += padded(size);
		return text(bytes.subarray(from, from + size));
	});
	return texts.join(" . ");
}

/** The comment of an element: a record of type 0 with its length, a text and a NUL. */
function comment(bytes: Uint8Array): string {
	const [type, length] = bytes;
	const isComment = type === 0 && length === bytes.length - 2 && bytes.at(-1) === 0;
	return isComment ? `comment "${Buffer.from(bytes.subarray(2, -1))}"` : hex(bytes);
}

const declarations = tables.flatMap((table) =>
	table.declarations.flatMap((one) => Object.values(one) as Declared[]),
);

function element(value: Value, set: string | undefined): Value {
	const { type = [], map = [] } = declarations.find(({ name }) => name === set) ?? {};
	const data = (it: unknown, types: string | readonly string[]) => {
		const { NFTA_DATA_VALUE: bytes } = it as { readonly NFTA_DATA_VALUE: Uint8Array };
		return { NFTA_DATA_VALUE: concatenated(bytes, [types].flat()) };
	};
	const { NFTA_SET_ELEM_KEY, NFTA_SET_ELEM_DATA, NFTA_SET_ELEM_USERDATA, ...rest } = value;
	return {
		...(NFTA_SET_ELEM_KEY !== undefined && { NFTA_SET_ELEM_KEY: data(NFTA_SET_ELEM_KEY, type) }),
		...(NFTA_SET_ELEM_DATA !== undefined && { NFTA_SET_ELEM_DATA: data(NFTA_SET_ELEM_DATA, map) }),
		...(NFTA_SET_ELEM_USERDATA !== undefined && {
			NFTA_SET_ELEM_USERDATA: comment(NFTA_SET_ELEM_USERDATA as Uint8Array),
		}),
		...rest,
	};
}

const ADDRESSES = new Set(["IFA_LOCAL", "IFA_ADDRESS", "RTA_DST", "RTA_GATEWAY", "NDA_DST"]);

/**
 * A message with addresses, keys of set elements and their comments in readable form. Different messages always have
 * different forms.
 */
export function readable(value: unknown): unknown {
	const { NFTA_SET_ELEM_LIST_ELEMENTS: elements, ...rest } = value as Value;
	const texts = Object.entries(rest).map(([name, inner]) => [
		name,
		ADDRESSES.has(name) && inner instanceof Uint8Array ? formatAddress(inner) : inner,
	]);
	const set = rest.NFTA_SET_ELEM_LIST_SET as string | undefined;
	return {
		...Object.fromEntries(texts),
		...(elements !== undefined && {
			NFTA_SET_ELEM_LIST_ELEMENTS: (elements as Value[]).map((one) => element(one, set)),
		}),
	};
}
