import {
	NFT_SOCKET_CGROUPV2,
	NFT_SOCKET_TRANSPARENT,
	NFT_SOCKET_WILDCARD,
} from "../../uapi/nf_tables_const.js";
import { socketKeys } from "../fact/key.js";
import type { Cursor } from "../json/cursor.js";
import type { Expression } from "../json/expression.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Evaluation } from "../tree/evaluation.js";
import type { Node, Socket } from "../tree/node.js";
import { PATH, type ReadData, type Reading, UnlistableError } from "../tree/reading.js";

function parseSocket(at: Cursor): Socket {
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

function evaluateSocket(node: Socket, evaluation: Evaluation): Node {
	evaluation.expectLike(node);
	if (node.key === NFT_SOCKET_TRANSPARENT || node.key === NFT_SOCKET_WILDCARD)
		evaluation.expected.max = 1;
	return node;
}

function loadSocket(node: Socket, emitter: Emitter, to: Register): void {
	emitter.add("socket", {
		NFTA_SOCKET_DREG: registerNumber(to),
		NFTA_SOCKET_KEY: node.key,
		NFTA_SOCKET_LEVEL: node.level,
	});
}

/** Read a key of the socket. @throws UnlistableError */
export function readSocket(data: ReadData<"socket">, reading: Reading): void {
	const known = Object.values(socketKeys).find((k) => k.key === data.NFTA_SOCKET_KEY);
	if (known === undefined) throw new UnlistableError(`socket key ${data.NFTA_SOCKET_KEY}`);
	const level = data.NFTA_SOCKET_LEVEL ?? 0;
	reading.store(data.NFTA_SOCKET_DREG, { ...known, kind: "socket", path: PATH, level });
}
function printSocket({ key }: Socket): Expression {
	const name = Object.entries(socketKeys).find(([, k]) => k.key === key)?.[0];
	return { socket: { key: name as keyof typeof socketKeys } };
}

/** A property of the socket that a packet is for. */
export const socket = {
	parse: { socket: parseSocket },
	read: { socket: readSocket },
	nodes: { socket: { evaluate: evaluateSocket, load: loadSocket, print: printSocket } },
} satisfies ExpressionDefinition;
