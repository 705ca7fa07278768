import { FIRST_CHOSEN_INDEX } from "../kernel/kernel.js";

const FNV_OFFSET = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/**
 * The link group (IFLA_GROUP) that stands for a network: rules match the group of a link, where they would otherwise
 * need every link of the network. It is a hash of the name (FNV-1a), so it is known for any network that is named, up
 * or not. It is a large number, because people choose small ones.
 */
export function groupOf(network: string): number {
	let hash = FNV_OFFSET;
	for (const byte of Buffer.from(network)) hash = Math.imul(hash ^ byte, FNV_PRIME);
	return FIRST_CHOSEN_INDEX + ((hash >>> 0) % (2 ** 31 - FIRST_CHOSEN_INDEX));
}
