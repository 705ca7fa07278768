import { tunnels } from "../fact/protocol.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type ReadData, type Reading, UnlistableError } from "../tree/reading.js";
import { readMeta } from "./meta.js";
import { readPayload } from "./payload.js";

/** Read an expression about the packet inside a tunnel. */
function readInner(data: ReadData<"inner">, reading: Reading): void {
	const { NFTA_INNER_TYPE: type, NFTA_INNER_HDRSIZE: size, NFTA_INNER_FLAGS: flags } = data;
	const tunnel = Object.values(tunnels).find(
		({ tunnel: t }) => t?.type === type && t?.headerSize === size && t?.flags === flags,
	);
	const inner = data.NFTA_INNER_EXPR;
	if (tunnel === undefined || inner?.NFTA_EXPR_DATA === undefined)
		throw new UnlistableError(`inner type ${type}`);
	reading.tunnel = tunnel;
	if (inner.NFTA_EXPR_NAME === "meta") readMeta(inner.NFTA_EXPR_DATA, reading);
	else if (inner.NFTA_EXPR_NAME === "payload") readPayload(inner.NFTA_EXPR_DATA, reading);
	reading.tunnel = undefined;
}

/** An expression about the packet inside a tunnel: it contains another expression. */
export const inner = {
	read: { inner: readInner },
} satisfies ExpressionDefinition;
