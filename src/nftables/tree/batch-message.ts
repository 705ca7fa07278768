import type { Request } from "../../netlink/request.js";

/** A message of the batch, and the command of the document it comes from. */
export interface BatchMessage extends Request {
	readonly path: string;
}
