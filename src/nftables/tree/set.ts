import {
	NFT_SET_ANONYMOUS,
	NFT_SET_CONCAT,
	NFT_SET_INTERVAL,
	NFT_SET_MAP,
	NFT_SET_OBJECT,
} from "../../uapi/nf_tables_const.js";
import type { Element, Item, SetDeclaration } from "./node.js";

/** Whether it belongs to the one rule that uses it. */
export const isAnonymous = (set: SetDeclaration): boolean => (set.flags & NFT_SET_ANONYMOUS) !== 0;
/** Whether its keys are ranges. */
export const isInterval = (set: SetDeclaration): boolean => (set.flags & NFT_SET_INTERVAL) !== 0;
/** Whether it gives something for a key: data, or a named object. */
export const isMap = (set: SetDeclaration): boolean =>
	(set.flags & (NFT_SET_MAP | NFT_SET_OBJECT)) !== 0;
/** Whether it gives data for a key. */
export const isDataMap = (set: SetDeclaration): boolean => (set.flags & NFT_SET_MAP) !== 0;
/** Intervals as pairs of start and end elements; concatenations have ranges in one element instead. */
export const hasEndElements = ({ flags }: SetDeclaration): boolean =>
	(flags & (NFT_SET_INTERVAL | NFT_SET_CONCAT)) === NFT_SET_INTERVAL;

/** The element of a pair, or the element itself. */
export const elementOf = (item: Item): Element => (item.kind === "mapping" ? item.key : item);
