/** `umlnet-nl/netlink`: the language of netlink messages, and sockets that speak it. */
export { Reader, Writer } from "./bytes.js";
export { describe } from "./describe.js";
export { DeadlineError, DumpInterruptedError, OverrunError, WireError } from "./error.js";
export * from "./frame.js";
export { type ListenerOptions, NetlinkListener, type Notification } from "./listener.js";
export type { Outcome, Reply } from "./outcome.js";
export { type Request, request } from "./request.js";
export * from "./schema.js";
export { NetlinkSocket, type NetlinkSocketOptions } from "./socket.js";
