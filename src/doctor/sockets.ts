import { fromBytes, toBytes } from "../nftables/fact/value.js";
import type { Facts } from "./facts.js";

/** TCP_LISTEN of include/net/tcp_states.h. An unconnected UDP socket has TCP_CLOSE. */
const LISTENING = "0A";
const UNCONNECTED = "07";

const isAny = (address: Uint8Array): boolean => address.every((byte) => byte === 0);
/** /proc shows addresses as words in the byte order of the machine. */
function readAddress(text: string): Uint8Array {
	const words = text.match(/.{8}/g) ?? [];
	const bytes = words.map((word) => toBytes(BigInt(`0x${word}`), "host", 4));
	return Uint8Array.from(bytes.flatMap((word) => [...word]));
}
/** ::ffff:0:0/96 */
const MAPPED = "00000000000000000000ffff";
const unmapped = (address: Uint8Array): Uint8Array =>
	Buffer.from(address).toString("hex").startsWith(MAPPED) ? address.subarray(12) : address;

/** Whether a program of this host receives packets to a port; undefined if that cannot be read. */
export function listensOn(
	facts: Facts,
	protocol: "tcp" | "udp",
	address: Uint8Array,
	port: number,
): boolean | undefined {
	const wanted = protocol === "tcp" ? LISTENING : UNCONNECTED;
	const files = address.length === 4 ? [protocol, `${protocol}6`] : [`${protocol}6`];
	const texts = files.map((file) => facts.file(`/proc/thread-self/net/${file}`));
	if (texts.every((text) => text === undefined)) return undefined;
	return texts.some((text) =>
		(text ?? "")
			.split("\n")
			.slice(1)
			.some((line) => {
				const [, local = "", , state] = line.trim().split(/\s+/);
				const [at = "", own = ""] = local.split(":");
				if (state !== wanted || Number.parseInt(own, 16) !== port) return false;
				const bound = readAddress(at);
				return isAny(bound) || fromBytes(unmapped(bound), "big") === fromBytes(address, "big");
			}),
	);
}
