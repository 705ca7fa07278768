/**
 * The address of the host on every segment whose IPv6 it forwards, so that a guest finds its gateway without knowing
 * any prefix.
 */
export const LINK_LOCAL_GATEWAY = "fe80::1";

/** Whether an address is a link-local IPv6 address, fe80::/10 (RFC 4291, 2.5.6). */
export const isLinkLocal = (address: Uint8Array): boolean =>
	address.length === 16 && address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;
