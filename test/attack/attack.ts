import type { Bytes } from "./frames.js";

export type Mode = "routed" | "bridged" | "NATed";
export const MODES: readonly Mode[] = ["routed", "bridged", "NATed"];
export type Family = "IPv4" | "IPv6";

/** Who is who where a guest attacks. All addresses are texts. */
export interface Scene {
	readonly mode: Mode;
	/** The guest that sends. */
	readonly guest: Party;
	/** Another guest of the same network. */
	readonly sibling: Party;
	/** The host as the guest sees it: the tap, or the bridge. */
	readonly host: Party;
	/** Somebody beyond the uplink. */
	readonly world: { readonly ipv4: string; readonly ipv6: string };
}
export interface Party {
	readonly mac: string;
	readonly ipv4: string;
	readonly ipv6: string;
	readonly linkLocal: string;
}

/** Something that a guest sends: a row of a matrix. */
export interface Row {
	readonly name: string;
	readonly family: Family;
	/** What it sends, frame by frame. */
	readonly frames: (scene: Scene) => readonly Bytes[];
	/** Where it can be seen at all; everywhere where it says nothing. */
	readonly modes?: readonly Mode[];
}

export interface Attack extends Row {
	/** Why it is dropped, frame by frame where that differs. */
	readonly reason: string | readonly string[];
	/** How many of the frames may come through: what is harmless without the others. */
	readonly harmless?: number;
	/** It is dropped of guests as well of which nothing is given. */
	readonly always?: true;
	/** The kernel itself drops it, whatever we do. */
	readonly kernel?: readonly Mode[];
}
/** Something that every guest must be able to do: all of its frames come through. */
export type Honest = Row;
