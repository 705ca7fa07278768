import type { Request } from "../netlink/request.js";
import type { TapRequest } from "./kernel.js";

/**
 * What a link must still be for an action to touch it: the index, and one of the marks that we predicted
 * before it was made. A link that only has the same name is somebody else's.
 */
export interface Identity {
	readonly index: number;
	/** The name it had when we made it, or the alias we gave it: one of them must still be there. */
	readonly name: string;
	readonly alias?: string | undefined;
	/** Its master must still be this link. */
	readonly master?: number | undefined;
}

/**
 * One thing to do to a host, as plain data: printed by `plan`, written to the journal, run by a driver,
 * compared in tests.
 */
export type Action =
	/** One rtnetlink message; consecutive ones travel in one send. Skipped where `only` no longer holds. */
	| { readonly via: "rtnetlink"; readonly request: Request; readonly only?: Identity | undefined }
	/** Messages of an nf_tables batch; consecutive actions are committed as one batch. */
	| { readonly via: "nftables"; readonly batch: readonly Request[] }
	/** One value below /proc/sys; skipped where the value is no longer `only`. */
	| {
			readonly via: "sysctl";
			readonly path: string;
			readonly value: string;
			readonly only?: string | undefined;
	  }
	/** Make a tap and hold it open. */
	| { readonly via: "tun"; readonly create: TapRequest }
	/** Let the tap outlive us. */
	| { readonly via: "persist"; readonly name: string }
	/** Delete a link if it is still the one we made; many consecutive ones go as one group. */
	| { readonly via: "unlink"; readonly link: Identity };
