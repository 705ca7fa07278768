import type { Outcome } from "../netlink/outcome.js";
import type { Request } from "../netlink/request.js";
import type { Message } from "../netlink/schema.js";
import type { NetlinkSocketOptions } from "../netlink/socket.js";
import { NETLINK_ROUTE } from "../uapi/netlink.js";
import { FreshSocket } from "./fresh-socket.js";

/** Links, addresses, routes, neighbours: NETLINK_ROUTE. */
export class RtnetlinkDriver {
	readonly #socket: FreshSocket;

	constructor(options: NetlinkSocketOptions) {
		this.#socket = new FreshSocket(NETLINK_ROUTE, options);
	}

	send(requests: readonly Request[]): readonly Outcome[] {
		return this.#socket.use((socket) => socket.send(requests));
	}

	dump<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I): readonly O[] {
		return this.#socket.use((socket) => socket.dump(message, reply, value));
	}

	close(): void {
		this.#socket.close();
	}
}
