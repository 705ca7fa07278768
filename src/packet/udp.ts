// linux/udp.h
import { be16, struct } from "../netlink/schema.js";
import { IPPROTO_UDP } from "../uapi/in.js";
import { packet } from "./packet.js";

export const udphdr = struct({ source: be16, dest: be16, len: be16, check: be16 });

/** UDP, RFC 768. */
export const udp = packet("udp", udphdr, {
	length: ({ len }) => len,
	implied: (header, payload) => ({ len: header + payload }),
	checksum: { field: "check", over: "packet", protocol: IPPROTO_UDP, optional: true },
});
