/** What the engine tells its callers: plain JSON with stable keys, the same for `--json` and for the library. */
import type { Loose } from "../spec/field.js";
import type { Mode } from "../spec/input.js";
import type { TapSettings } from "../spec/model.js";

/** One tap as it is on the host. */
export interface TapReport extends Loose<TapSettings> {
	/** The name of its interface on the host. */
	readonly name: string;
	/** The index of its interface (if_nametoindex(3)), which no other gets while it is there. */
	readonly index: number;
	/** The name of its network. */
	readonly network: string;
	/** How far its guest gets; `parked` while it waits in a pool and no guest has it. */
	readonly mode: Mode | "parked";
	/** The bridge that it is a port of. */
	readonly bridge?: string | undefined;
	/** The interface of the host where its guest's traffic leaves, or that is a port of the bridge, too. */
	readonly uplink?: string | undefined;
	/** Host-side addresses of the guest's segment: on the bridge if there is one, else on the tap. */
	readonly addresses: readonly string[];
	/** What the guest is to use: its addresses as CIDR, and its MAC. */
	readonly guest: { readonly addresses: readonly string[]; readonly mac?: string | undefined };
	/** The process whose pool it belongs to, `PID-STARTTIME`. */
	readonly pool?: string | undefined;
}

/** One step of a plan. */
export interface StepReport {
	/** In words: `create tap tap0`. */
	readonly label: string;
	/** Whether it creates something, deletes it, or changes it in another way. */
	readonly effect: "create" | "delete" | "change";
	/** The place in the spec that asks for it: `taps.tap0`. */
	readonly path: string;
	/** What the kernel is asked for it, attribute by attribute. Only in plans; empty where it was done. */
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

/** What a change would do. */
export interface PlanReport {
	/** In the order in which they would be done; empty when there is nothing to do. */
	readonly steps: readonly StepReport[];
	/** What will not work when all of it is done. */
	readonly warnings: readonly WarningReport[];
}

/** A change that is rolled back at its deadline unless it is confirmed. */
export interface ProvisionalReport {
	/** Its name, the same for all processes. */
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

/** What `up` did. */
export interface UpReport<Tap extends TapReport = TapReport> {
	/** Whether the kernel was changed at all. */
	readonly changed: boolean;
	/** What was done, in order. */
	readonly steps: readonly StepReport[];
	/** The taps of the spec, in its order. */
	readonly taps: readonly Tap[];
	/** With `prune`: the names of the taps that were taken down. */
	readonly pruned?: readonly string[] | undefined;
	/** What will not work of what was newly made, though it is done as it was asked for. */
	readonly warnings: readonly WarningReport[];
	/** Where anything was to be given back and could not be; then the command exits with 8, but for what was ours. */
	readonly losses?: readonly LossReport[] | undefined;
	/** With `confirmWithin`, if anything was changed: until when it must be confirmed. */
	readonly provisional?: ProvisionalReport | undefined;
}

/** What `down` did. */
export interface DownReport {
	/** Whether the kernel was changed at all. */
	readonly changed: boolean;
	/** What was done, in order. */
	readonly steps: readonly StepReport[];
	/** The names of the taps that were taken down by this call. */
	readonly taps: readonly string[];
	/** If something of others could not be given back; then the command exits with 8. */
	readonly losses?: readonly LossReport[] | undefined;
	/** With `confirmWithin`, if anything was changed: until when it must be confirmed. */
	readonly provisional?: ProvisionalReport | undefined;
}

/** What `confirm` did. */
export interface ConfirmReport {
	/** Whether it was this call that confirmed it, and not an earlier one. */
	readonly changed: boolean;
	/** The command that was confirmed: `up tap0`. */
	readonly transaction: string;
	/** The deletions that had to wait for it. */
	readonly steps: readonly StepReport[];
}

/** One thing in which the host differs from what was made. */
export interface Difference {
	/** What differs: `link tap0`, `route 10.0.0.2/32 dev tap0`. */
	readonly object: string;
	/** In what it does: `mtu`, `owner`; `present` where the object as a whole is missing, or is there and should not be. */
	readonly field: string;
	/** What was made; null is for what was not set. */
	readonly wanted: string | number | boolean | null;
	/** What the host has instead. */
	readonly found: string | number | boolean | null;
	/** All of this in words. */
	readonly message: string;
}

/** One tap as it is on the host, and where it drifted. */
export interface TapStatus extends TapReport {
	/** Where the host differs from what was made for it; empty when all is as made. */
	readonly drift: readonly Difference[];
}

/** One object of the host that was made for taps, and where it drifted. */
export interface ResourceStatus {
	/** What it is: `bridge`, `address`, `nat`. */
	readonly kind: string;
	/** Its name among all objects of ours: `address:tap0:10.0.0.1/8`. */
	readonly key: string;
	/** The names of the taps that need it. */
	readonly taps: readonly string[];
	/** Where the host differs from what was made; empty when all is as made. */
	readonly drift: readonly Difference[];
}

/** What is ours, and where the host drifted from what was asked. */
export interface StatusReport<Tap extends TapStatus = TapStatus> {
	/** Those that were asked for and are ours; all of ours without names. */
	readonly taps: readonly Tap[];
	/** What was made for the taps and beside them: bridges, forwarding of uplinks, the nft table, global options. */
	readonly resources: readonly ResourceStatus[];
	/** Without names: what carries our marks and is not in the journal. */
	readonly strays?: readonly string[] | undefined;
	/**
	 * With `verify`: whether everything is exactly as applied, nothing more carries our marks, and nothing is half done. What
	 * the spec does not say, and what others have put beside, is theirs.
	 */
	readonly exact?: boolean | undefined;
	/** The command that a killed process did not finish; `recover` undoes or finishes it. */
	readonly unfinished?: string | undefined;
	/** A change that waits to be confirmed; the report shows it as if it were confirmed already. */
	readonly provisional?: ProvisionalReport | undefined;
}

/** What carried our marks, was not in the journal, and was taken away. */
export interface StrayReport {
	/** In words: `link tap0, alias umlnet-nl lab`. */
	readonly strays: readonly string[];
	/** What was done, in order. */
	readonly steps: readonly StepReport[];
	/** What still does. */
	readonly residual: readonly string[];
	/** What others did not get back. */
	readonly losses?: readonly LossReport[] | undefined;
}

/** What `recover` did. */
export interface RecoverReport {
	/** What was found: nothing, a transaction that was undone, or one that was finished. */
	readonly outcome: "nothing" | "undone" | "finished";
	/** The command of that transaction: `up tap0`. */
	readonly transaction?: string | undefined;
	/** What was done, in order. */
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
