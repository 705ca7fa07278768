/** The messages between the caller's thread and the thread of the engine. */

import type { WhyQuery } from "../service/diagnosis.js";
import type { PackedError } from "../service/errors.js";
import type { Connection, GuestInput, Which } from "../service/networks.js";

/** What a caller asks for. Specs are sent as the caller passed them; the engine's thread checks them. */
export type Request =
	| {
			readonly verb: "up";
			readonly spec: unknown;
			readonly prune?: boolean | undefined;
			readonly confirmWithin?: number | undefined;
			readonly sparing?: Connection | undefined;
	  }
	| { readonly verb: "take"; readonly guest: GuestInput }
	| {
			readonly verb: "down";
			readonly which: Which;
			readonly confirmWithin?: number | undefined;
			readonly sparing?: Connection | undefined;
	  }
	| { readonly verb: "plan"; readonly spec: unknown; readonly prune: boolean }
	| { readonly verb: "planDown"; readonly which: Which }
	| {
			readonly verb: "status";
			readonly taps: readonly string[] | undefined;
			readonly verify: boolean;
			readonly remembered: boolean;
	  }
	| {
			readonly verb: "recover";
			readonly strays: boolean;
			readonly giveUp: readonly string[] | undefined;
	  }
	| { readonly verb: "doctor"; readonly tap: string | undefined }
	| { readonly verb: "why"; readonly query: WhyQuery }
	| { readonly verb: "confirm" };

/** How the request with this id ended. */
export type Response =
	| { readonly id: number; readonly value: unknown }
	| { readonly id: number; readonly error: PackedError };

export type ToWorker =
	| { readonly id: number; readonly request: Request }
	/** The caller no longer waits for the request with this id. */
	| { readonly cancel: number }
	/** Finish all requests so far, and end. */
	| { readonly close: true };

export type FromWorker =
	| { readonly ready: true }
	/** The engine cannot go on. */
	| { readonly failed: PackedError }
	| {
			readonly responses: readonly Response[];
			/** Whether a change waits to be confirmed, so that this process must stay alive. */
			readonly isWaiting: boolean;
	  };
