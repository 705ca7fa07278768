import {
	NFT_SET_ANONYMOUS,
	NFT_SET_CONCAT,
	NFT_SET_INTERVAL,
	NFT_SET_MAP,
	NFT_SET_OBJECT,
} from "../../uapi/nf_tables_const.js";
import type { Element, Item, SetDeclaration } from "./node.js";

/** Whether the set belongs to the one rule that uses it. */
export const isAnonymous = (set: SetDeclaration): boolean => (set.flags & NFT_SET_ANONYMOUS) !== 0;
/** Whether its keys are ranges. */
export const isInterval = (set: SetDeclaration): boolean => (set.flags & NFT_SET_INTERVAL) !== 0;
/** Whether it has data for its keys: values, or named objects. */
export const isMap = (set: SetDeclaration): boolean =>
	(set.flags & (NFT_SET_MAP | NFT_SET_OBJECT)) !== 0;
/** Whether it has values for its keys. */
export const isDataMap = (set: SetDeclaration): boolean => (set.flags & NFT_SET_MAP) !== 0;
/** Whether an interval is a pair of a start and an end element. In a concatenation one element has both ends. */
export const hasEndElements = ({ flags }: SetDeclaration): boolean =>
	(flags & (NFT_SET_INTERVAL | NFT_SET_CONCAT)) === NFT_SET_INTERVAL;

/** The key of a mapping, or the element itself. */
export const elementOf = (item: Item): Element => (item.kind === "mapping" ? item.key : item);
