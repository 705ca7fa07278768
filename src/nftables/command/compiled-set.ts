import type { SetDeclaration } from "../tree/node.js";
import { isMap } from "../tree/set.js";
import type { Merging } from "./automerge.js";

/** A set that commands may add to: of the document, or of the kernel. */
export interface CompiledSet extends SetDeclaration {
	/** Where it merges its intervals, and it is known which it has. */
	merging?: Merging;
	/** Elements of it are in the kernel, or sent before. */
	populated?: boolean;
}

/** Whether intervals that overlap or touch become one; those of a map do not. */
export const mergesIntervals = (set: SetDeclaration): boolean => set.automerge && !isMap(set);
