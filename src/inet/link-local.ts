/**
 * The address of the host on every segment whose IPv6 it forwards, so that a guest finds its gateway without knowing
 * any prefix.
 */
export const LINK_LOCAL_GATEWAY = "fe80::1";

/** Whether an address is a link-local IPv6 address, fe80::/10 (RFC 4291, 2.5.6). */
export const isLinkLocal = (address: Uint8Array): boolean =>
	address.length === 16 && address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;

/** The link-local address that is made of a MAC (RFC 4291 appendix A). */
export function linkLocalOf(mac: Uint8Array): Uint8Array {
	const [first = 0, ...rest] = mac;
	const identifier = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
	return Uint8Array.from([0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...identifier]);
}
