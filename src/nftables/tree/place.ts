/** Where an expression stands; inside of one the places add up: a map's key in what a statement writes is both. */
export const PLACE = { written: 1, key: 2, part: 4, updated: 8 } as const;
/** One of the places. */
export type Place = keyof typeof PLACE;
/** The places that an expression stands at, PLACE or'ed together. */
export type PlaceSet = number;

const words: Readonly<Record<Place, string>> = {
	written: "what a statement writes",
	key: "the key of a map",
	part: "part of a concatenation",
	updated: "what a packet adds to a set",
};
/** What nft does not read from JSON there, though its text and the kernel know some of it. */
const refused: Readonly<Record<Place, readonly string[]>> = {
	written: ["exthdr", "tcp option", "ip option", "sctp chunk", "dccp option", "ipsec", "socket"],
	key: ["map", "tcp option", "ip option", "sctp chunk", "dccp option", "socket"],
	part: ["map", "dccp option"],
	updated: ["map", "dccp option", "osf", "ipsec", "socket"],
};

/** Why an expression cannot stand at these places, if so. */
export function refusal(expression: string, places: PlaceSet): string | undefined {
	if (places === 0) return undefined;
	for (const place of Object.keys(PLACE) as Place[])
		if ((places & PLACE[place]) !== 0 && refused[place].includes(expression))
			return `"${expression}" cannot be ${words[place]}`;
	return undefined;
}
