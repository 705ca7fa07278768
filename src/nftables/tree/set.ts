import {
	NFT_SET_ANONYMOUS,
	NFT_SET_CONCAT,
	NFT_SET_INTERVAL,
	NFT_SET_MAP,
	NFT_SET_OBJECT,
} from "../../uapi/nf_tables_const.js";
import type { Element, Item, SetDeclaration } from "./node.js";

export const isAnonymous = (set: SetDeclaration): boolean => (set.flags & NFT_SET_ANONYMOUS) !== 0;
export const isInterval = (set: SetDeclaration): boolean => (set.flags & NFT_SET_INTERVAL) !== 0;
export const isMap = (set: SetDeclaration): boolean =>
	(set.flags & (NFT_SET_MAP | NFT_SET_OBJECT)) !== 0;
export const isDataMap = (set: SetDeclaration): boolean => (set.flags & NFT_SET_MAP) !== 0;
/** Intervals as pairs of start and end elements; concatenations have ranges in one element instead. */
export const hasEndElements = ({ flags }: SetDeclaration): boolean =>
	(flags & (NFT_SET_INTERVAL | NFT_SET_CONCAT)) === NFT_SET_INTERVAL;

export const elementOf = (item: Item): Element => (item.kind === "mapping" ? item.key : item);
