/**
 * The types of a spec as people and programs write it, as plain data. The fields and their descriptions are those of
 * proto/.
 */
import type {
	Forwarding,
	Guard,
	GuestMessage,
	Mode,
	NetworkMessage,
	PoolMessage,
	SpecMessage,
	TapMessage,
} from "../proto/messages.js";

export type { Forwarding, Guard, Mode };

/** A network in a spec. */
export type NetworkInput = NetworkMessage;

/** Taps that are created ahead of time, in a network of a spec. */
export type NetworkPoolInput = PoolMessage;

/** The addresses of a guest, in a tap of a spec. */
export type TapGuestInput = GuestMessage;

/** A tap in a spec, in one of the networks with these names. */
export interface TapInput<Network extends string = string> extends Omit<TapMessage, "network"> {
	/** The name of its network, a key of `networks`. */
	readonly network: Network;
}

/**
 * A spec as plain data. If the compiler knows the names of its networks, it rejects a tap in any other network. `Used`
 * are the names that taps have for their networks.
 */
export interface SpecInput<Network extends string = string, Used extends string = string>
	extends Omit<SpecMessage, "version" | "networks" | "taps"> {
	/** The version of this schema. */
	readonly version: 1;
	/** The networks by name: 1 to 32 characters a to z, 0 to 9 and '-', which cannot be the first. */
	readonly networks?: Readonly<Record<Network, NetworkInput>> | undefined;
	/** The taps by the names of their interfaces on the host, which have at most 15 characters. */
	readonly taps?:
		| Readonly<Record<string, TapInput<string extends Used ? Used : NoInfer<Network>>>>
		| undefined;
}
