/** What a person or program writes: a spec as plain data. The fields are those of proto/, and so is what is said of them. */
import type {
	Forwarding,
	GuestMessage,
	Mode,
	NetworkMessage,
	PoolMessage,
	SpecMessage,
	TapMessage,
} from "../proto/messages.js";

export type { Forwarding, Mode };

/** A network as a spec has it. */
export type NetworkInput = NetworkMessage;

/** Taps made ahead of time, as a network of a spec has it. */
export type NetworkPoolInput = PoolMessage;

/** What a guest uses, as a tap of a spec has it. */
export type TapGuestInput = GuestMessage;

/** A tap as a spec has it, in one of the networks of these names. */
export interface TapInput<Network extends string = string> extends Omit<TapMessage, "network"> {
	/** The name of its network, a key of `networks`. */
	readonly network: Network;
}

/**
 * A spec as plain data. Where the names of its networks are known to the compiler, a tap in any other is an error of
 * the compiler, too; `Used` are the names that its taps have for their networks.
 */
export interface SpecInput<Network extends string = string, Used extends string = string>
	extends Omit<SpecMessage, "version" | "networks" | "taps"> {
	/** The version of this schema. */
	readonly version: 1;
	/** By name: 1 to 32 of a to z, 0 to 9 and '-', which is not the first. */
	readonly networks?: Readonly<Record<Network, NetworkInput>> | undefined;
	/** By the name of the tap's interface on the host: up to 15 characters. */
	readonly taps?:
		| Readonly<Record<string, TapInput<string extends Used ? Used : NoInfer<Network>>>>
		| undefined;
}
