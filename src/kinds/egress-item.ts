import { formatAddress, parseAddress } from "../inet/address.js";
import { network as networkOf } from "../inet/cidr.js";
import { type EgressItem, lookupLength, parseEgress } from "../spec/egress.js";
import { ElementSet } from "./element.js";
import type { Subject } from "./guest-policy.js";
import { TABLE } from "./mark.js";
import { type Membership, member, membershipKind } from "./membership.js";
import { LIST_SETS, type ListFamily, type ListScope } from "./ruleset/set/egress-list.js";
import { type Check, isLinkName, isMapOf, isParsedBy, isText, isWhole } from "./shape.js";

/** One line of what is listed as egress, of a network or of one guest. */
export interface EgressLine {
	readonly of:
		| Extract<Subject, { network: string }>
		| { readonly link: string; readonly address: string };
	/** As the spec has it: `10.1.0.0/16:443/tcp`. */
	readonly item: string;
	/** The network, for people. */
	readonly comment: string;
}

const PROTOCOLS = { tcp: 6, udp: 17, sctp: 132 } as const;
const inet = { family: "inet", name: TABLE } as const;

type AnySet = ElementSet<
	readonly ("ifname" | "devgroup" | "ipv4_addr" | "ipv6_addr" | "inet_proto" | "inet_service")[]
>;
const setOf = (set: { readonly name: string; readonly type: unknown }): AnySet =>
	new ElementSet(inet, set as never) as unknown as AnySet;
const key = (scope: ListScope, family: ListFamily, length: number): string =>
	`${scope}${family}/${length}`;
const SETS = new Map(
	LIST_SETS.map(({ scope, family, length, all, ports }) => [
		key(scope, family, length),
		{ all: setOf(all.set), ports: setOf(ports.set) },
	]),
);

/** The subnets of a length that make up another. */
function subnets({ cidr }: EgressItem, length: number): string[] {
	const base = networkOf(cidr);
	return Array.from({ length: 2 ** (length - cidr.prefix) }, (_, i) => {
		const address = base.slice();
		for (let bit = length - 1, rest = i; rest > 0; bit--, rest >>= 1)
			if (rest & 1) address[bit >> 3] = (address[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
		return formatAddress(address);
	});
}

function members({ of, item: text, comment }: EgressLine): Membership[] {
	const item = parseEgress(text);
	if ("preset" in item) return [];
	const { family } = item.cidr;
	const isOfNetwork = "network" in of;
	// What a guest sends in one family does not come from its address of the other.
	if (!isOfNetwork && of.address.includes(":") !== (family === 6)) return [];
	const length = lookupLength(item.cidr);
	const sets = SETS.get(key(isOfNetwork ? "networks" : "guests", family, length));
	if (sets === undefined) throw new Error(`no set of /${length}`);
	const sender = isOfNetwork ? [of.group] : [of.link, of.address];
	const who = isOfNetwork ? `network ${of.network}` : `${of.address} on ${of.link}`;
	const words = `way of ${who} to ${text}`;
	const where = subnets(item, length).map((subnet) =>
		length === 0 ? sender : [...sender, subnet],
	);
	const { ports } = item;
	if (ports === undefined)
		return where.map((one) => member(sets.all, one as never, words, comment));
	const numbers = Array.from({ length: ports.last - ports.first + 1 }, (_, i) => ports.first + i);
	return where.flatMap((one) =>
		ports.protocols.flatMap((protocol) =>
			numbers.map((port) =>
				member(sets.ports, [...one, PROTOCOLS[protocol], port] as never, words, comment),
			),
		),
	);
}

const nameOf = (of: EgressLine["of"]): string =>
	"network" in of ? `network:${of.network}` : `${of.link}:${of.address}`;

const isSubject: Check = (value) =>
	isMapOf({ network: isText, group: isWhole(0, 0xffff_ffff) })(value) ||
	isMapOf({ link: isLinkName, address: isParsedBy(parseAddress) })(value);

/** What is listed, as elements of hash sets. */
export const egressItem = membershipKind<EgressLine>({
	kind: "egress",
	key: ({ of, item }) => `egress-item:${nameOf(of)}:${item}`,
	members,
	governsFlows: true,
	isMade: isMapOf({ of: isSubject, item: isParsedBy(parseEgress), comment: isText }),
	sets: [...SETS].flatMap(([name, { all, ports }]) => {
		const [scope, length] = name.split("/") as [string, string];
		const made = (found: readonly unknown[]): EgressLine => {
			const isNetwork = scope.startsWith("networks");
			const [from, rest] = isNetwork
				? [{ network: `${found[0]}`, group: found[0] as number }, found.slice(1)]
				: [{ link: found[0] as string, address: found[1] as string }, found.slice(2)];
			const any = scope.endsWith("4") ? "0.0.0.0" : "::";
			const [subnet, protocol, port] = length === "0" ? [any, ...rest] : rest;
			const where = `${subnet}/${length}`;
			const of = from as EgressLine["of"];
			if (port === undefined) return { of, item: where, comment: "" };
			const word = Object.entries(PROTOCOLS).find(([, number]) => number === protocol)?.[0];
			const item = `${scope.endsWith("6") ? `[${where}]` : where}:${port}/${word ?? "tcp"}`;
			return { of, item, comment: "" };
		};
		return [
			{ set: all, made },
			{ set: ports, made },
		];
	}),
});
