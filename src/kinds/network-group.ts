import { FIRST_CHOSEN_INDEX } from "../kernel/kernel.js";

const FNV_OFFSET = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/**
 * The group of links (IFLA_GROUP) that stands for a network: rules ask the group of a link where they would have to know
 * every link of the network. It is made of the name (FNV-1a), so that whoever names the network knows it, up or not; and
 * it is large, as those that people choose are small.
 */
export function groupOf(network: string): number {
	let hash = FNV_OFFSET;
	for (const byte of Buffer.from(network)) hash = Math.imul(hash ^ byte, FNV_PRIME);
	return FIRST_CHOSEN_INDEX + ((hash >>> 0) % (2 ** 31 - FIRST_CHOSEN_INDEX));
}
