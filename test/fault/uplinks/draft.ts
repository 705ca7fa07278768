import type { Dice } from "../../engine/dice.js";

/** One thing that a host has, as the commands that gave it. */
export interface Item {
	/** The production it is of. */
	readonly kind: string;
	readonly script: string;
	/** Given by other means where the commands of this host's `ip` cannot: how, in words of netlink. */
	readonly give?: Giving;
}

/** An address with a protocol (IFA_PROTO), which ip knows since iproute2 6.3. */
export interface Giving {
	readonly address: string;
	readonly proto: number;
}

/** Productions by the names of their kinds: each makes one more item of a draft. */
export type Productions = Readonly<Record<string, (draft: Draft) => string | Made>>;
export type Made = Pick<Item, "script" | "give">;

/** The address that the kernel gives to the uplink of the lab, by its MAC. */
const LINK_LOCAL = "fe80::ff:fe00:e1";

/** A subnet the uplink is in. */
interface Subnet {
	readonly own: string;
	readonly gateway: string;
}

/** The uplink, its second sister, and who else there is. */
export const UPLINK = "eth1";
export const OTHER = "eth2";

/**
 * A host on its way: its items so far, what they gave to the uplink, and which numbers are taken, so that a later
 * item can name what an earlier one made.
 */
export class Draft {
	readonly items: Item[] = [];
	readonly dice: Dice;
	readonly subnets4: Subnet[] = [{ own: "203.0.113.10", gateway: "203.0.113.1" }];
	readonly subnets6: Subnet[] = [{ own: "2001:db8:1::10", gateway: "2001:db8:1::1" }];
	/** Where packets go to whose way is looked up. */
	readonly destinations = new Set<string>([
		"198.18.0.1",
		"2001:db8:ffff::1",
		"203.0.113.1",
		"203.0.113.10",
		"203.0.113.255",
		"2001:db8:1::1",
		"2001:db8:1::10",
		"198.51.100.1",
		"239.255.0.1",
		"ff05::7",
		"fe80::1",
		LINK_LOCAL,
	]);
	/** Nexthop objects of one hop each, by family; a group has some of them. */
	readonly nexthops4: number[] = [];
	readonly nexthops6: number[] = [];
	readonly tables: number[] = [];
	#number = 0;

	constructor(dice: Dice) {
		this.dice = dice;
	}

	add(kind: string, productions: Productions): void {
		const make = productions[kind];
		if (make === undefined) throw new Error(`no production ${kind}`);
		const made = make(this);
		this.items.push({ kind, ...(typeof made === "string" ? { script: made } : made) });
	}

	/** One more number that nothing else of this host has, from 20 on. */
	number(): number {
		return 20 + this.#number++;
	}

	chance(one: number): boolean {
		return this.dice.next(one) === 0;
	}

	/** A subnet of its own, with which the uplink has a gateway more. */
	subnet4(): Subnet {
		const n = this.number();
		const subnet = { own: `172.20.${n}.10`, gateway: `172.20.${n}.1` };
		this.subnets4.push(subnet);
		this.to(subnet.gateway, subnet.own);
		return subnet;
	}
	subnet6(): Subnet {
		const n = this.number();
		const subnet = { own: `2001:db8:${n}::10`, gateway: `2001:db8:${n}::1` };
		this.subnets6.push(subnet);
		this.to(subnet.gateway, subnet.own);
		return subnet;
	}

	/** An address that the uplink has, by this draft. */
	own4 = (): string => this.dice.pick(this.subnets4).own;
	own6 = (): string => this.dice.pick(this.subnets6).own;
	/** Somebody in a subnet of the uplink. */
	gateway4 = (): string => this.beside(this.dice.pick(this.subnets4).gateway);
	gateway6 = (): string => this.beside(this.dice.pick(this.subnets6).gateway);
	/** The gateway of a subnet or one of the machines after it. */
	private beside(gateway: string): string {
		return gateway.replace(/1$/, `${1 + this.dice.next(9)}`);
	}

	/** A prefix of its own that routes lead to. */
	prefix4(): string {
		const n = this.number();
		this.to(`10.${n}.0.1`, `10.${n}.255.254`);
		return `10.${n}.0.0/16`;
	}
	prefix6(): string {
		const n = this.number();
		this.to(`2001:db8:a${n}::1`);
		return `2001:db8:a${n}::/48`;
	}

	/** A routing table, often one that is there already. */
	table(): number {
		if (this.tables.length > 0 && this.chance(2)) return this.dice.pick(this.tables);
		const table = this.chance(4) ? 70_000 + this.number() : 100 + this.number();
		this.tables.push(table);
		return table;
	}

	to(...destinations: readonly string[]): void {
		for (const one of destinations) this.destinations.add(one);
	}
}
