import {
	NFT_MSG_DELSETELEM,
	type NFT_MSG_DESTROYSETELEM,
	NFT_MSG_NEWSETELEM,
} from "../../uapi/nf_tables.js";
import type { BatchMessage } from "../tree/batch-message.js";
import type { Item } from "../tree/node.js";
import { batchMessage, type Compilation, header } from "./command.js";
import type { CompiledSet } from "./compiled-set.js";
import { encodeElements, portions } from "./element-encoding.js";

/** What a message does with elements. */
export type ElementMessage =
	| typeof NFT_MSG_NEWSETELEM
	| typeof NFT_MSG_DELSETELEM
	| typeof NFT_MSG_DESTROYSETELEM;
/** How elements are sent. */
export interface Sending {
	readonly flags: number;
	/** Whether the set is empty so far. */
	readonly first: boolean;
}

/** Messages with elements of a set, in portions that fit. */
export function* elementMessages(
	path: string,
	set: CompiledSet,
	{ message, flags, first }: Sending & { readonly message: ElementMessage },
	items: readonly Item[],
): Generator<BatchMessage> {
	const isNew = message === NFT_MSG_NEWSETELEM;
	for (const portion of portions(encodeElements(set, items, first)))
		yield batchMessage(path, message, flags, {
			...header(set.family),
			NFTA_SET_ELEM_LIST_TABLE: set.table,
			NFTA_SET_ELEM_LIST_SET: set.name,
			NFTA_SET_ELEM_LIST_SET_ID: isNew && set.id !== 0 ? set.id : undefined,
			NFTA_SET_ELEM_LIST_ELEMENTS: portion,
		});
}

/** Send, at this command, everything that the document changes in a set that merges its intervals. */
export function emitMerged(
	path: string,
	set: CompiledSet,
	sending: Sending,
	compilation: Compilation,
): void {
	const { merging } = set;
	if (merging === undefined || merging.isSent) return;
	merging.isSent = true;
	const gone = { message: NFT_MSG_DELSETELEM, flags: 0, first: false };
	compilation.emitLater(() => [
		...elementMessages(path, set, gone, merging.removed),
		...elementMessages(path, set, { ...sending, message: NFT_MSG_NEWSETELEM }, merging.added),
	]);
}
