/** Where an expression stands. Places add up with nesting: the key of a map in what a statement writes is at both. */
export const PLACE = { written: 1, key: 2, part: 4, updated: 8 } as const;
/** One of the places. */
export type Place = keyof typeof PLACE;
/** All places that an expression stands at, PLACE or'ed together. */
export type PlaceSet = number;

const words: Readonly<Record<Place, string>> = {
	written: "what a statement writes",
	key: "the key of a map",
	part: "part of a concatenation",
	updated: "what a packet adds to a set",
};
/**
 * Expressions that nft does not accept in JSON at a place, although its text syntax and the kernel support some of
 * them.
 */
const refused: Readonly<Record<Place, readonly string[]>> = {
	written: ["exthdr", "tcp option", "ip option", "sctp chunk", "dccp option", "ipsec", "socket"],
	key: ["map", "tcp option", "ip option", "sctp chunk", "dccp option", "socket"],
	part: ["map", "dccp option"],
	updated: ["map", "dccp option", "osf", "ipsec", "socket"],
};

/** Why an expression cannot stand at these places, or undefined if it can. */
export function refusal(expression: string, places: PlaceSet): string | undefined {
	if (places === 0) return undefined;
	for (const place of Object.keys(PLACE) as Place[])
		if ((places & PLACE[place]) !== 0 && refused[place].includes(expression))
			return `"${expression}" cannot be ${words[place]}`;
	return undefined;
}
