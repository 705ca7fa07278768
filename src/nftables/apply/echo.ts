import { NLM_F_ECHO } from "../../uapi/netlink.js";
import * as nft from "../../uapi/nf_tables.js";
import type { Document } from "../json/command.js";
import type { BatchMessage } from "../tree/batch-message.js";

/** For each type of message, the attribute with the handle of the object it creates. */
const handleAttrs: ReadonlyMap<number, string> = new Map([
	[nft.NFT_MSG_NEWTABLE.type, "NFTA_TABLE_HANDLE"],
	[nft.NFT_MSG_NEWCHAIN.type, "NFTA_CHAIN_HANDLE"],
	[nft.NFT_MSG_NEWRULE.type, "NFTA_RULE_HANDLE"],
	[nft.NFT_MSG_NEWSET.type, "NFTA_SET_HANDLE"],
	[nft.NFT_MSG_NEWOBJ.type, "NFTA_OBJ_HANDLE"],
	[nft.NFT_MSG_NEWFLOWTABLE.type, "NFTA_FLOWTABLE_HANDLE"],
]);

/**
 * The same messages, with a flag on those that create an object with a handle, so that the kernel sends the object
 * back.
 */
export const echoing = (messages: readonly BatchMessage[]): BatchMessage[] =>
	messages.map((message) =>
		handleAttrs.has(message.message.type)
			? { ...message, flags: message.flags | NLM_F_ECHO }
			: message,
	);

interface Reply {
	readonly type: number;
	readonly value: unknown;
}
type Json = Readonly<Record<string, unknown>>;

const commandIndex = (path: string): number => Number(/^\$\.nftables\[(\d+)\]/.exec(path)?.[1]);

/**
 * The handle of the object that a command created. It is in the last of the replies: a rule is preceded by the sets
 * that it declares.
 */
function handleOf(replies: readonly Reply[]): number | undefined {
	for (const { type, value } of replies) {
		const handle = (value as Json)[handleAttrs.get(type) ?? ""];
		if (handle !== undefined) return Number(handle);
	}
	return undefined;
}

/** Put the handle into a command: into its body, or into the body of its operation. */
function withHandle(command: Json, handle: number): Json {
	const [[word, body] = ["", {}]] = Object.entries(command);
	const [[object, inner] = ["", undefined]] = Object.entries(body as Json);
	const isOperation = ["add", "create", "insert", "replace"].includes(word);
	return isOperation
		? { [word]: { [object]: { ...(inner as Json), handle } } }
		: { [word]: { ...(body as Json), handle } };
}

/** The document, with the handles that the kernel gave to the objects it adds. */
export function echoOf(
	{ nftables }: Document,
	messages: readonly BatchMessage[],
	replies: readonly (readonly Reply[])[],
): Document {
	const handles = new Map<number, number>();
	for (const [i, message] of messages.entries()) {
		const handle = handleOf(replies[i] ?? []);
		if (handle !== undefined) handles.set(commandIndex(message.path), handle);
	}
	const echoed = nftables.map((command, i) => {
		const handle = handles.get(i);
		return handle === undefined ? command : withHandle(command as unknown as Json, handle);
	});
	return { nftables: echoed as unknown as Document["nftables"] };
}
