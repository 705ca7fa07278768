import { Writer } from "../netlink/bytes.js";
import type { NetlinkSocket, NetlinkSocketOptions } from "../netlink/socket.js";
import { IPPROTO_UDP } from "../uapi/in.js";
import {
	INET_DIAG_BC_JMP,
	INET_DIAG_BC_S_GE,
	INET_DIAG_BC_S_LE,
	INET_DIAG_REQUEST,
	INET_DIAG_SOCKET,
	inet_diag_bc_op,
	TCP_CLOSE,
	TCP_LISTEN,
} from "../uapi/inet_diag.js";
import { NETLINK_SOCK_DIAG } from "../uapi/netlink.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";
import { FreshSocket } from "./fresh-socket.js";
import { ifThere } from "./if-there.js";
import type { Listener, TransportPort } from "./kernel.js";

/** Sockets of the host that listen at a port. */
export class SockDiagDriver {
	readonly #socket: FreshSocket;

	constructor(options: NetlinkSocketOptions) {
		this.#socket = new FreshSocket(NETLINK_SOCK_DIAG, options);
	}

	/** The sockets that receive what is sent to one of these ports, at any address. @throws KernelError */
	listeners(ports: readonly TransportPort[]): Listener[] {
		const protocols = [...new Set(ports.map(({ protocol }) => protocol))];
		return protocols.flatMap((protocol) => {
			const numbers = ports.filter((one) => one.protocol === protocol).map(({ port }) => port);
			const bytecode = matching(numbers);
			return this.#socket.use((socket) =>
				[AF_INET, AF_INET6].flatMap((family) => dump(socket, family, protocol, bytecode)),
			);
		});
	}

	close(): void {
		this.#socket.close();
	}
}

function dump(
	socket: NetlinkSocket,
	sdiag_family: number,
	protocol: number,
	INET_DIAG_REQ_BYTECODE: Uint8Array,
): Listener[] {
	// A connected UDP socket does not receive from others, and one that is not connected has the state "closed"
	// (udp_diag_dump).
	const state = protocol === IPPROTO_UDP ? TCP_CLOSE : TCP_LISTEN;
	const asked = {
		sdiag_family,
		sdiag_protocol: protocol,
		idiag_states: 1 << state,
		INET_DIAG_REQ_BYTECODE,
	};
	// A kernel that cannot list the sockets of a protocol answers ENOENT.
	const found = ifThere(() => socket.dump(INET_DIAG_REQUEST, INET_DIAG_SOCKET, asked)) ?? [];
	return found.map(({ idiag_family, id, idiag_uid, idiag_inode, INET_DIAG_SKV6ONLY }) => ({
		protocol,
		port: id.idiag_sport,
		address: idiag_family === AF_INET ? id.idiag_src.subarray(0, 4) : id.idiag_src,
		isIpv6Only: INET_DIAG_SKV6ONLY === 1,
		uid: idiag_uid,
		inode: idiag_inode,
	}));
}

const w = new Writer();
/** Two comparisons, each followed by its port, and a jump. */
const STEP = 8;
const JUMP = 4;
const LENGTH = 2 * STEP + JUMP;

/**
 * A program that accepts sockets with these ports. The kernel runs it on every socket (inet_diag_bc_run). For each
 * range there are two comparisons: a socket that passes both jumps to the end, any other continues with the next range.
 * Jumping beyond the end means that it is not accepted.
 */
function matching(ports: readonly number[]): Uint8Array {
	const ranges = rangesOf(ports);
	w.reset();
	for (const [i, { first, last }] of ranges.entries()) {
		const isLast = i === ranges.length - 1;
		const length = isLast ? 2 * STEP : LENGTH;
		const next = isLast ? length + JUMP : length;
		put(INET_DIAG_BC_S_GE, STEP, next);
		put(0, 0, first);
		put(INET_DIAG_BC_S_LE, STEP, next - STEP);
		put(0, 0, last);
		if (!isLast) put(INET_DIAG_BC_JMP, JUMP, (ranges.length - i - 1) * LENGTH);
	}
	return w.finish();
}
const put = (code: number, yes: number, no: number): void =>
	inet_diag_bc_op.write(w, { code, yes, no });

function rangesOf(ports: readonly number[]): { readonly first: number; last: number }[] {
	const ranges: { readonly first: number; last: number }[] = [];
	for (const port of [...new Set(ports)].sort((a, b) => a - b)) {
		const range = ranges.at(-1);
		if (range?.last === port - 1) range.last = port;
		else ranges.push({ first: port, last: port });
	}
	return ranges;
}
