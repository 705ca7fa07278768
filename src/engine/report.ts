/** The reports of the engine: plain JSON with stable keys, the same for `--json` and for the library. */
import type { LimitValues, Loose } from "../spec/field.js";
import type { Guard, Mode, NetworkInput } from "../spec/input.js";
import type { TapSettings } from "../spec/model.js";

/** One tap as it is on the host. */
export interface TapReport extends Loose<TapSettings> {
	/** The name of its interface on the host. */
	readonly name: string;
	/** The index of its interface (if_nametoindex(3)), which no other interface gets while this one exists. */
	readonly index: number;
	/** The name of its network. */
	readonly network: string;
	/** How its guest is connected; `parked` while it waits in a pool and has no guest. */
	readonly mode: Mode | "parked" | "unknown";
	/** The bridge that it is a port of. */
	readonly bridge?: string | undefined;
	/** The interface of the host through which the guest's traffic leaves, or which is another port of the bridge. */
	readonly uplink?: string | undefined;
	/** The host's addresses on the guest's segment: on the bridge if there is one, else on the tap. */
	readonly addresses: readonly string[];
	/** What the guest should use: its addresses as CIDR, and its MAC. */
	readonly guest: { readonly addresses: readonly string[]; readonly mac?: string | undefined };
	/** What the guest may send; not there where it was made by an older version. */
	readonly guard?: Guard | undefined;
	/** Whether it is kept from the other guests of its network. */
	readonly isolation?: boolean | undefined;
	/** The ports of the host that lead to it, as the spec has them. */
	readonly publish?: readonly string[] | undefined;
	/** How much it may use. */
	readonly limits?: LimitValues | undefined;
	/** The process whose pool it belongs to: `PID-STARTTIME`. */
	readonly pool?: string | undefined;
	/** What its lifetime depends on. Without it, the tap stays until somebody takes it down. */
	readonly bind?: Binding | undefined;
}

/** What ends the lifetime of a tap. */
export interface Binding {
	/** The process that it is for, as `PID-STARTTIME`, which no other process has until the host reboots. */
	readonly process: string;
}

/** One step of a plan. */
export interface StepReport {
	/** A description: `create tap tap0`. */
	readonly label: string;
	/** Whether it creates something, deletes it, or changes it in another way. */
	readonly effect: "create" | "delete" | "change";
	/** The place in the spec that it comes from: `taps.tap0`. */
	readonly path: string;
	/** The messages for the kernel, attribute by attribute. Only plans have them. */
	readonly messages: readonly string[];
}

/** Something that will not work on this host in its present state. It is done nevertheless. */
export interface WarningReport {
	/** A stable code: `WARN_` and what it is about. */
	readonly code: string;
	/** What will not work and why, for the person who asked for it. */
	readonly message: string;
	/** The place in the spec that it is about. */
	readonly path?: string | undefined;
}

/** What a change would do. */
export interface PlanReport {
	/** The steps in order; empty if there is nothing to do. */
	readonly steps: readonly StepReport[];
	/** What will not work after all of it is done. */
	readonly warnings: readonly WarningReport[];
}

/** A change that is rolled back at its deadline unless it is confirmed. */
export interface ProvisionalReport {
	/** The name of the transaction, the same for all processes. */
	readonly transaction: string;
	/** The command: `up tap0`. */
	readonly command: string;
	/** Seconds until it is rolled back. */
	readonly remaining: number;
}

/** Something that could not be given back to others on this host. Everything else was done nevertheless. */
export interface LossReport {
	/** `address 10.0.0.1/24`, `default route`, `tap0`. */
	readonly subject: string;
	/** `eth1 is gone`, or the kernel's refusal. */
	readonly reason: string;
	/** Set if it was ours and is missing, so that nobody has lost anything. */
	readonly ours?: true | undefined;
}

/** What `up` did. */
export interface UpReport<Tap extends TapReport = TapReport> {
	/** Whether the kernel was changed at all. */
	readonly changed: boolean;
	/** The steps that were done, in order. */
	readonly steps: readonly StepReport[];
	/** The taps of the spec, in its order. */
	readonly taps: readonly Tap[];
	/** With `prune`: the names of the taps that were taken down. */
	readonly pruned?: readonly string[] | undefined;
	/** What will not work of what was created, although it was done as asked for. */
	readonly warnings: readonly WarningReport[];
	/** What could not be given back, if anything. Then the command exits with 8, unless it was all ours. */
	readonly losses?: readonly LossReport[] | undefined;
	/** With `confirmWithin`, if anything was changed: how long it can be confirmed. */
	readonly provisional?: ProvisionalReport | undefined;
}

/** What `down` did. */
export interface DownReport {
	/** Whether the kernel was changed at all. */
	readonly changed: boolean;
	/** The steps that were done, in order. */
	readonly steps: readonly StepReport[];
	/** The names of the taps that were taken down by this call. */
	readonly taps: readonly string[];
	/** What could not be given back to others, if anything. Then the command exits with 8. */
	readonly losses?: readonly LossReport[] | undefined;
	/** With `confirmWithin`, if anything was changed: how long it can be confirmed. */
	readonly provisional?: ProvisionalReport | undefined;
}

/** Something of ours that nobody needs any more. */
export interface GarbageReport {
	/** What it is: `tap tap0`, `link br0, alias umlnet-nl lab`. */
	readonly object: string;
	/** Why nobody will use it again. */
	readonly reason: string;
}

/** What `gc` found and removed. */
export interface CollectReport {
	/** Whether the kernel was changed at all. */
	readonly changed: boolean;
	/** What nobody needed any more. */
	readonly garbage: readonly GarbageReport[];
	/** The steps that were done, in order; with `dryRun`, those that would be done. */
	readonly steps: readonly StepReport[];
	/** What could not be given back to others, if anything. Then the command exits with 8. */
	readonly losses?: readonly LossReport[] | undefined;
}

/** What `confirm` did. */
export interface ConfirmReport {
	/** Whether this call confirmed the change, and not an earlier one. */
	readonly changed: boolean;
	/** The command that was confirmed: `up tap0`. */
	readonly transaction: string;
	/** The deletions that had to wait for the confirmation. */
	readonly steps: readonly StepReport[];
}

/** One difference between the host and what was made. */
export interface Difference {
	/** What differs: `link tap0`, `route 10.0.0.2/32 dev tap0`. */
	readonly object: string;
	/** Which setting differs: `mtu`, `owner`. `present` if the whole object is missing, or exists and should not. */
	readonly field: string;
	/** What was made; null if it was not set. */
	readonly wanted: string | number | boolean | null;
	/** What the host has instead. */
	readonly found: string | number | boolean | null;
	/** The difference in words. */
	readonly message: string;
}

/** Packets, and the bytes in them. */
export interface Count {
	readonly packets: number;
	readonly bytes: number;
}

/** How much went through a tap since it was made, as its guest sees it. */
export interface Traffic {
	/** What was handed to the guest. */
	readonly download: Count;
	/** What the guest sent. */
	readonly upload: Count;
}

/** One tap as it is on the host, and where it has drifted. */
export interface TapStatus extends TapReport {
	/** How much went through it; absent if it is gone, and where nothing was looked at. */
	readonly traffic?: Traffic | undefined;
	/**
	 * What was dropped of what its guest sent, by reason: `mac`, `address`, `protocol`, `rogue`, `isolation` and others. Of a
	 * port of a bridge, what was dropped by way of the host is that of all guests of the bridge.
	 */
	readonly drops?: Readonly<Record<string, Count>> | undefined;
	/** The differences between the host and what was made for the tap; empty if there are none. */
	readonly drift: readonly Difference[];
}

/** One object of the host that was made for taps, and where it has drifted. */
export interface ResourceStatus {
	/** The kind of object: `bridge`, `address`, `nat`. */
	readonly kind: string;
	/** Its name, which no other object of ours has: `address:tap0:10.0.0.1/8`. */
	readonly key: string;
	/** The names of the taps that need it. */
	readonly taps: readonly string[];
	/** The differences between the host and what was made; empty if there are none. */
	readonly drift: readonly Difference[];
}

/** What is ours, and where the host has drifted from what was applied. */
export interface StatusReport<Tap extends TapStatus = TapStatus> {
	/** The taps of ours that were asked for; without names, all of them. */
	readonly taps: readonly Tap[];
	/** What was made in addition to taps: bridges, forwarding of uplinks, the nft table, global options. */
	readonly resources: readonly ResourceStatus[];
	/** The networks of these taps as a spec has them, by name. Absent if the caller may not read what was asked for. */
	readonly networks?: Readonly<Record<string, NetworkInput>> | undefined;
	/** Without names: objects that carry our marks but are not in the journal. */
	readonly strays?: readonly string[] | undefined;
	/**
	 * With `verify`: whether everything is exactly as applied, nothing else carries our marks, and nothing is half done.
	 * Settings that the spec does not contain, and objects that others have added, do not count.
	 */
	readonly exact?: boolean | undefined;
	/** The command that a killed process left unfinished; `recover` undoes or finishes it. */
	readonly unfinished?: string | undefined;
	/**
	 * What the report lacks because the caller may not read the state directory, one sentence each: it is then made from
	 * what the kernel shows to everybody of the objects that carry our marks. Absent if the caller may read everything.
	 */
	readonly unseen?: readonly string[] | undefined;
	/** A change that waits to be confirmed. The report shows it as if it were confirmed already. */
	readonly provisional?: ProvisionalReport | undefined;
}

/** Objects that carried our marks, were not in the journal, and were deleted. */
export interface StrayReport {
	/** Descriptions such as `link tap0, alias umlnet-nl lab`. */
	readonly strays: readonly string[];
	/** The steps that were done, in order. */
	readonly steps: readonly StepReport[];
	/** Objects that still carry our marks. */
	readonly residual: readonly string[];
	/** What could not be given back to others. */
	readonly losses?: readonly LossReport[] | undefined;
}

/** What `recover` did. */
export interface RecoverReport {
	/** What was found: nothing, a transaction that was undone, or one that was finished. */
	readonly outcome: "nothing" | "undone" | "finished";
	/** The command of that transaction: `up tap0`. */
	readonly transaction?: string | undefined;
	/** The steps that were done, in order. */
	readonly steps: readonly StepReport[];
	/** Objects that could not be proven to be ours, and were left alone. */
	readonly residual: readonly string[];
	/** With `giveUp`: what could not be undone or given back, and is now forgotten. */
	readonly givenUp?: readonly string[] | undefined;
	/** With `strays`: objects that carried our marks, were not in the journal, and were deleted. */
	readonly strays?: readonly string[] | undefined;
	/** With `strays`: what could not be given back to others. */
	readonly losses?: readonly LossReport[] | undefined;
	/** A change that waits to be confirmed, and was left alone because its deadline is not over. */
	readonly provisional?: ProvisionalReport | undefined;
}
