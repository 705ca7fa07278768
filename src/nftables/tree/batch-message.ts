import type { Request } from "../../netlink/request.js";

/** A message of the batch, and the place of the command that it comes from. */
export interface BatchMessage extends Request {
	/** The place in the document that it comes from: `nftables[2].add.rule`. */
	readonly path: string;
}
