/**
 * What somebody else does, in commands: `U` is the uplink, `M` the link that has the uplink's addresses at that time,
 * our bridge or the uplink itself, `B` our bridge, `T` our first tap, `S` the segment of its guest, tap or bridge, and `A`
 * the address that it has there;
 * `N` the uplink's number, `LAN` another namespace.
 */
export interface Mutation {
	readonly name: string;
	/** The commands. Those that the host refuses are without effect. */
	readonly act: string;
	/**
	 * What is left of it when nothing of ours is there any more, as commands for a host on which nothing of ours ever
	 * was; by default all of it where it is about the uplink or the host, and nothing where it is about links of ours.
	 */
	readonly left?: string;
	/** What of ours it is about: it is only done where that is there. */
	readonly needs?: readonly Need[];
	/** What was there before us may be there in its place, as we know of it: a link that was plugged in again. */
	readonly mayReturn?: true;
	/** What may be left of it as well, part by part, where the kernel has done more than was asked for. */
	readonly orElse?: string;
	/** In which order addresses and routes are is then by the way. */
	readonly anyOrder?: true;
	/** It stands in the way of `down`, which says so, until this is done. */
	readonly unblock?: string;
	/** What takes the rest of it away at last, which shows that it was there yet; where its number is drawn. */
	readonly mend?: string;
	/** Our own are other than they were made: `status --verify` says so. */
	readonly drifts?: true;
	/** How long it takes to have its effect, in seconds. */
	readonly seconds?: number;
}

export type Need =
	| "uplink"
	| "bridge"
	| "tap"
	| "member"
	| "nat"
	| "address"
	| "no member"
	| "forwarded"
	/** No switch of the whole host is ours: whoever turns one on that is on changes nothing that can be seen. */
	| "no switch";

/** Mutations by their names, with what all of them have in common. */
export const list = (
	needs: readonly Need[],
	shared: Partial<Mutation>,
	all: Readonly<Record<string, string | (Partial<Mutation> & Pick<Mutation, "act">)>>,
): Mutation[] =>
	Object.entries(all).map(([name, one]) => ({
		name,
		needs,
		...shared,
		...(typeof one === "string" ? { act: one } : one),
	}));
