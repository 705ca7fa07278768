/** What the engine tells its callers: plain JSON with stable keys, the same for `--json` and for the library. */
import type { Loose } from "../spec/field.js";
import type { TapSettings } from "../spec/model.js";

/** One tap as it is on the host. */
export interface TapReport extends Loose<TapSettings> {
	readonly name: string;
	readonly index: number;
	readonly network: string;
	readonly mode: string;
	readonly bridge?: string | undefined;
	readonly uplink?: string | undefined;
	/** Host-side addresses of the guest's segment: on the bridge if there is one, else on the tap. */
	readonly addresses: readonly string[];
	readonly guest: { readonly addresses: readonly string[]; readonly mac?: string | undefined };
	/** The process whose pool it belongs to, `PID-STARTTIME`; its mode is `parked` while no guest has it. */
	readonly pool?: string | undefined;
}

/** One step of a plan. */
export interface StepReport {
	readonly label: string;
	/** Whether it creates something, deletes it, or changes it in another way. */
	readonly effect: "create" | "delete" | "change";
	readonly path: string;
	/** The messages behind it, attribute by attribute (`plan -v`). */
	readonly messages: readonly string[];
}

/** Something that will not work as it was asked for, as the host is now. It is done all the same. */
export interface WarningReport {
	/** Stable: `WARN_` and what it is about. */
	readonly code: string;
	/** What will not work, and why, in words for who asked for it. */
	readonly message: string;
	/** The place in the spec that asks for it. */
	readonly path?: string | undefined;
}

export interface PlanReport {
	readonly steps: readonly StepReport[];
	/** What will not work when all of it is done. */
	readonly warnings: readonly WarningReport[];
}

/** A change that is rolled back at its deadline unless it is confirmed. */
export interface ProvisionalReport {
	readonly transaction: string;
	/** What was asked for: `up tap0`. */
	readonly command: string;
	/** Seconds until it is rolled back. */
	readonly remaining: number;
}

/** Something that others had on this host and did not get back. Everything else was done all the same. */
export interface LossReport {
	/** `address 10.0.0.1/24`, `default route`, `tap0`. */
	readonly subject: string;
	/** `eth1 is gone`, or the kernel's refusal. */
	readonly reason: string;
	/** It was ours, and is not there to be taken away: nobody has lost anything. */
	readonly ours?: true | undefined;
}

export interface UpReport {
	/** Whether the kernel was changed at all. */
	readonly changed: boolean;
	readonly steps: readonly StepReport[];
	readonly taps: readonly TapReport[];
	/** What will not work of what was newly made, though it is done as it was asked for. */
	readonly warnings: readonly WarningReport[];
	/** Where anything was to be given back and could not be; then the command exits with 8, but for what was ours. */
	readonly losses?: readonly LossReport[] | undefined;
	/** With `confirmWithin`, if anything was changed: until when it must be confirmed. */
	readonly provisional?: ProvisionalReport | undefined;
}

export interface DownReport {
	readonly changed: boolean;
	readonly steps: readonly StepReport[];
	/** The taps that were taken down by this call. */
	readonly taps: readonly string[];
	/** If something of others could not be given back; then the command exits with 8. */
	readonly losses?: readonly LossReport[] | undefined;
	/** With `confirmWithin`, if anything was changed: until when it must be confirmed. */
	readonly provisional?: ProvisionalReport | undefined;
}

export interface ConfirmReport {
	/** Whether it was this call that confirmed it, and not an earlier one. */
	readonly changed: boolean;
	/** The command that was confirmed: `up tap0`. */
	readonly transaction: string;
	readonly steps: readonly StepReport[];
}

export interface TapStatus extends TapReport {
	/** Where the host differs from what was asked; empty when all is as made. */
	readonly drift: readonly string[];
}

export interface StatusReport {
	readonly taps: readonly TapStatus[];
	/** What was made beside the taps: bridges, forwarding of uplinks, the nft table, global options. */
	readonly resources: readonly {
		readonly kind: string;
		readonly key: string;
		readonly taps: readonly string[];
		readonly drift: readonly string[];
	}[];
	/** Without names: what carries our marks and is not in the journal. */
	readonly strays?: readonly string[] | undefined;
	/** With `verify`: whether everything is exactly as applied, and nothing more, and nothing is half done. */
	readonly exact?: boolean | undefined;
	/** The command that a killed process did not finish; `recover` undoes or finishes it. */
	readonly unfinished?: string | undefined;
	/** A change that waits to be confirmed; the report shows it as if it were confirmed already. */
	readonly provisional?: ProvisionalReport | undefined;
}

/** What carried our marks, was not in the journal, and was taken away. */
export interface StrayReport {
	readonly strays: readonly string[];
	readonly steps: readonly StepReport[];
	/** What still does. */
	readonly residual: readonly string[];
	/** What others did not get back. */
	readonly losses?: readonly LossReport[] | undefined;
}

export interface RecoverReport {
	/** What was found: nothing, a transaction that was undone, or one that was finished. */
	readonly outcome: "nothing" | "undone" | "finished";
	readonly transaction?: string | undefined;
	readonly steps: readonly StepReport[];
	/** Objects that could not be proven to be ours, and were left alone. */
	readonly residual: readonly string[];
	/** With `giveUp`: what could not be undone or given back, and is forgotten now. */
	readonly givenUp?: readonly string[] | undefined;
	/** With `strays`: what carried our marks, was not in the journal, and was taken away. */
	readonly strays?: readonly string[] | undefined;
	/** With `strays`: what others did not get back. */
	readonly losses?: readonly LossReport[] | undefined;
	/** A change that waits to be confirmed, and was left alone because its deadline is not over. */
	readonly provisional?: ProvisionalReport | undefined;
}
