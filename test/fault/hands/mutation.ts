/**
 * Something that somebody else does, as commands with placeholders: `U` is the uplink, `M` the link that has the
 * uplink's addresses at that time, which is our bridge or the uplink itself, `B` our bridge, `T` our first tap, `S` the
 * segment of its guest, tap or bridge, `A` the host's address there, `N` the index of the uplink, and `LAN` another
 * namespace.
 */
export interface Mutation {
	readonly name: string;
	/** The commands. Those that the host refuses have no effect. */
	readonly act: string;
	/**
	 * What remains of it when nothing of ours is up any more, as commands for a host on which nothing of ours ever was.
	 * By default all of it remains if it is about the uplink or the host, and nothing if it is about links of ours.
	 */
	readonly left?: string;
	/** Which objects of ours it is about: it is only done if they exist. */
	readonly needs?: readonly Need[];
	/** Set if our `down` may restore what was there before us, such as a link that was plugged in again. */
	readonly mayReturn?: true;
	/** What may remain instead, part by part, if the kernel has done more than was asked for. */
	readonly orElse?: string;
	/** Set if the order of addresses and routes may differ then. */
	readonly anyOrder?: true;
	/** Set if another link has the name then, so that what is done to a link of that name later is done to that one. */
	readonly replaces?: true;
	/** Set if our bridge has another name then, so that what is done later to the link of its name is refused in part. */
	readonly renames?: true;
	/** Set if somebody else has a name that every network of ours needs, so that no other network comes up either. */
	readonly squats?: true;
	/** It prevents `down`, which must say so, until these commands are run. */
	readonly unblock?: string;
	/** Commands that remove what remains, which also shows that it still existed. Needed if its index is random. */
	readonly mend?: string;
	/** Set if objects of ours differ from what was made, which `status --verify` must report. */
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
	/** Only where no setting of the whole host is ours: to set one that is already set would change nothing visible. */
	| "no switch"
	/** Only where the host does not answer ARP for others because of us. */
	| "no proxy";

/** Give mutations their names, and what all of them have in common. */
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
