import { NLM_F_ECHO } from "../../uapi/netlink.js";
import * as nft from "../../uapi/nf_tables.js";
import type { Document } from "../json/command.js";
import type { BatchMessage } from "../tree/batch-message.js";

/** The attribute of what a message makes that is its handle. */
const handleAttrs: ReadonlyMap<number, string> = new Map([
	[nft.NFT_MSG_NEWTABLE.type, "NFTA_TABLE_HANDLE"],
	[nft.NFT_MSG_NEWCHAIN.type, "NFTA_CHAIN_HANDLE"],
	[nft.NFT_MSG_NEWRULE.type, "NFTA_RULE_HANDLE"],
	[nft.NFT_MSG_NEWSET.type, "NFTA_SET_HANDLE"],
	[nft.NFT_MSG_NEWOBJ.type, "NFTA_OBJ_HANDLE"],
	[nft.NFT_MSG_NEWFLOWTABLE.type, "NFTA_FLOWTABLE_HANDLE"],
]);

/** The same messages, asking the kernel to tell what it made of those that get a handle. */
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

/** The handle of what a command made: its own message is its last, after the sets a rule brings along. */
function handleOf(replies: readonly Reply[]): number | undefined {
	for (const { type, value } of replies) {
		const handle = (value as Json)[handleAttrs.get(type) ?? ""];
		if (handle !== undefined) return Number(handle);
	}
	return undefined;
}

/** The member of a command that says what is added: its body, or that of its operation. */
function withHandle(command: Json, handle: number): Json {
	const [[word, body] = ["", {}]] = Object.entries(command);
	const [[object, inner] = ["", undefined]] = Object.entries(body as Json);
	const isOperation = ["add", "create", "insert", "replace"].includes(word);
	return isOperation
		? { [word]: { [object]: { ...(inner as Json), handle } } }
		: { [word]: { ...(body as Json), handle } };
}

/** The document, with the handles the kernel gave to what it adds. */
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
