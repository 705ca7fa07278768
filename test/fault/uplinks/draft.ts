import type { Dice } from "../../engine/dice.js";

/** A property of a host, as the commands that configure it. */
export interface Item {
	/** The name of its production. */
	readonly kind: string;
	readonly script: string;
	/** How it is configured by netlink if the `ip` of this host cannot. */
	readonly give?: Giving;
}

/** An address with a protocol (IFA_PROTO), which ip supports since iproute2 6.3. */
export interface Giving {
	readonly address: string;
	readonly proto: number;
}

/** Productions by name. Each adds an item to a draft. */
export type Productions = Readonly<Record<string, (draft: Draft) => string | Made>>;
export type Made = Pick<Item, "script" | "give">;

/** The link-local address that the kernel derives from the MAC of the lab's uplink. */
const LINK_LOCAL = "fe80::ff:fe00:e1";

/** A subnet that the uplink is in. */
interface Subnet {
	readonly own: string;
	readonly gateway: string;
}

/** The uplink, a second interface, and others. */
export const UPLINK = "eth1";
export const OTHER = "eth2";

/**
 * A host that is being generated: its items so far, the addresses of the uplink, and the numbers that are taken, so
 * that a later item can refer to an earlier one.
 */
export class Draft {
	readonly items: Item[] = [];
	readonly dice: Dice;
	readonly subnets4: Subnet[] = [{ own: "203.0.113.10", gateway: "203.0.113.1" }];
	readonly subnets6: Subnet[] = [{ own: "2001:db8:1::10", gateway: "2001:db8:1::1" }];
	/** The destinations whose routes are looked up. */
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
	/** Nexthop objects with one hop each, by family. A group consists of some of them. */
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

	/** A number from 20 on that nothing else on this host has. */
	number(): number {
		return 20 + this.#number++;
	}

	chance(one: number): boolean {
		return this.dice.next(one) === 0;
	}

	/** A new subnet, in which the uplink gets an address and a gateway. */
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

	/** An address that the uplink has in this draft. */
	own4 = (): string => this.dice.pick(this.subnets4).own;
	own6 = (): string => this.dice.pick(this.subnets6).own;
	/** A machine in a subnet of the uplink. */
	gateway4 = (): string => this.beside(this.dice.pick(this.subnets4).gateway);
	gateway6 = (): string => this.beside(this.dice.pick(this.subnets6).gateway);
	/** The gateway of a subnet, or one of the addresses after it. */
	private beside(gateway: string): string {
		return gateway.replace(/1$/, `${1 + this.dice.next(9)}`);
	}

	/** A new prefix for routes to lead to. */
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

	/** A routing table, often one that exists already. */
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
