// linux/if_ether.h
import { be16, binary, struct } from "../netlink/schema.js";
import { ETH_ALEN } from "../uapi/if_ether.js";
import { packet } from "./packet.js";

export const ethhdr = struct({
	h_dest: binary(ETH_ALEN),
	h_source: binary(ETH_ALEN),
	h_proto: be16,
});

/**
 * An Ethernet frame without its frame check sequence. It is not padded to ETH_ZLEN, which is the work of hardware: a
 * tap has none.
 */
export const ethernet = packet("ethernet", ethhdr);

/** The broadcast address, ff:ff:ff:ff:ff:ff. */
export const BROADCAST: Uint8Array = new Uint8Array(ETH_ALEN).fill(0xff);
