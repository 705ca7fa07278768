import { NFT_BREAK, NFT_CONTINUE } from "../../uapi/nf_tables_const.js";
import type { Choices } from "./choices.js";
import type { Connection, Translation } from "./connection.js";
import type { Device, Packet } from "./packet.js";
import { Registers } from "./registers.js";
import type { Rule, Table } from "./ruleset.js";

/** The hook of the kernel from which a chain is called. */
export interface HookPoint {
	/** NFPROTO_* of the hook: IPV4, IPV6, BRIDGE, ARP, NETDEV. */
	readonly family: number;
	/** NF_*, which each family numbers differently. */
	readonly hook: number;
}

/** A look-up in the routing tables, for `fib` and `addrtype`. */
export interface FibQuery {
	readonly address: Uint8Array;
	/** The other address of the packet. */
	readonly other: Uint8Array;
	readonly mark: number;
	/** Only through this interface. */
	readonly device: Device | undefined;
	readonly of: "source" | "destination";
	readonly packet: Packet;
}
/** The result of the look-up. */
export interface FibAnswer {
	readonly device: Device | undefined;
	/** RTN_* */
	readonly type: number;
}

/** What rules ask about the host in addition to the packet. */
export interface World {
	fib(query: FibQuery): FibAnswer;
	/** The source address for masquerading: the first address of the interface that fits the route. */
	masqueradeAddress(device: Device, packet: Packet): Uint8Array | undefined;
	/** An address of the interface in the family of the packet, for redirecting. */
	addressOf(device: Device, packet: Packet): Uint8Array | undefined;
}

/** What a rule has done to the flow of a packet: the translation of its source or its destination. */
export interface NatDone {
	readonly kind: "snat" | "dnat";
	readonly to: Translation;
}

/** The state of one packet in one rule, on which the expressions of nf_tables operate. */
export class Evaluation {
	readonly registers = new Registers();
	readonly packet: Packet;
	readonly point: HookPoint;
	readonly world: World;
	readonly choices: Choices;
	table: Table;
	rule: Rule | undefined;
	/** NFT_CONTINUE, NFT_BREAK, NF_*, NFT_JUMP and so on. */
	code: number = NFT_CONTINUE;
	/** The target of a jump or goto. */
	chain: string | undefined;
	/** What a rule of a nat chain has decided. */
	nat: NatDone | undefined;
	/** What a rule does in addition to a verdict, in words: `reject`, `queue`. */
	manner: string | undefined;

	constructor(packet: Packet, point: HookPoint, table: Table, world: World, choices: Choices) {
		this.packet = packet;
		this.point = point;
		this.table = table;
		this.world = world;
		this.choices = choices;
	}

	/** The rule does not match the packet. */
	break(): void {
		this.code = NFT_BREAK;
	}

	/** It is unknown whether the rule matches: choose, and remember the answer. */
	depends(what: string, likely: boolean): boolean {
		const [yes, no] = ["holds", "does not hold"] as const;
		const options: [string, string] = likely ? [yes, no] : [no, yes];
		return (this.choices.choose(this.place(what), options) === 0) === likely;
	}

	/** What it depends on, with the rule that asks. */
	place(what: string): string {
		const { family, name } = this.table;
		return `${what} (${family}/${name}, rule ${this.rule?.handle ?? 0})`;
	}

	get connection(): Connection | undefined {
		return this.packet.connection;
	}
}

/** The effect of an expression of the kernel. */
export type Run<Data = object> = (data: Data, on: Evaluation) => void;
