import {
	NFT_SOCKET_CGROUPV2,
	NFT_SOCKET_TRANSPARENT,
	NFT_SOCKET_WILDCARD,
} from "../../uapi/nf_tables_const.js";
import type { Cursor } from "../cursor.js";
import { type Emitter, type Register, registerNumber } from "../emitter.js";
import type { Evaluation } from "../evaluation.js";
import { socketKeys } from "../fact/key.js";
import type { Node, Socket } from "../node.js";

/** What the socket a packet is for says. */
export interface SocketJson {
	readonly socket: { readonly key: keyof typeof socketKeys; readonly level?: number };
}

export function parseSocket(at: Cursor): Socket {
	const json = at.fields(["key"], ["level"]);
	const { key, datatype, bits, order } = json.key.oneOf(socketKeys);
	if (key === NFT_SOCKET_CGROUPV2)
		throw at.unsupported("socket cgroupv2: its values are paths only nft can resolve");
	return {
		kind: "socket",
		path: at.path,
		datatype,
		order,
		bits,
		key,
		level: json.level?.u8() ?? 0,
	};
}

export function evaluateSocket(node: Socket, evaluation: Evaluation): Node {
	evaluation.expectLike(node);
	if (node.key === NFT_SOCKET_TRANSPARENT || node.key === NFT_SOCKET_WILDCARD)
		evaluation.expected.max = 1;
	return node;
}

export function loadSocket(node: Socket, emitter: Emitter, to: Register): void {
	emitter.add("socket", {
		NFTA_SOCKET_DREG: registerNumber(to),
		NFTA_SOCKET_KEY: node.key,
		NFTA_SOCKET_LEVEL: node.level,
	});
}
