import type { SetDeclaration } from "../tree/node.js";
import { isMap } from "../tree/set.js";
import type { Merging } from "./automerge.js";

/** A set that commands may add elements to, from the document or from the kernel. */
export interface CompiledSet extends SetDeclaration {
	/** Present if the set merges its intervals and its elements are known. */
	merging?: Merging;
	/** Whether it has elements, in the kernel or from an earlier command. */
	populated?: boolean;
}

/** Whether the set merges intervals that overlap or touch. A map never does. */
export const mergesIntervals = (set: SetDeclaration): boolean => set.automerge && !isMap(set);
