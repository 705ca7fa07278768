import { checkOptions, text } from "../sys/arguments.js";
import type { DaemonHost } from "./client.js";
import { DEFAULT_SOCKET } from "./default-socket.js";

/** Which daemon to talk to. */
export interface ConnectOptions {
	/** The path of its socket. Default: UMLNET_SOCKET, else /run/umlnet-nl/umlnet-nl.sock. */
	readonly socket?: string | undefined;
}

/**
 * Talk to the daemon of this host, which decides by who the caller is what it does for it. Nothing is sent before the
 * first call. @throws UmlnetError ERR_USAGE for an option of a wrong type
 */
export async function connect(options: ConnectOptions = {}): Promise<DaemonHost> {
	checkOptions("connect", options, { socket: text });
	// gRPC is loaded by those who use it.
	const { DaemonHost } = await import("./client.js");
	return new DaemonHost(options.socket ?? (process.env.UMLNET_SOCKET || DEFAULT_SOCKET));
}
