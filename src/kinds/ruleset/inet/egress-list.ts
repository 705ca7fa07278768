import { formatAddress } from "../../../inet/address.js";
import type { StatementJson } from "../../../nftables/index.js";
import { dropEgress } from "../guard/drop.js";
import { LIST_SETS, type ListFamily, type ListScope, type ListSets } from "../set/egress-list.js";
import type { Chain } from "../table.js";

const meta = (key: string) => ({ meta: { key } });
const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });
const protocolOf = (family: ListFamily): string => (family === 4 ? "ip" : "ip6");

/** Of so many bits, in as many bytes as an address has. */
function mask(family: ListFamily, length: number): string {
	const bytes = new Uint8Array(family === 4 ? 4 : 16);
	for (let bit = 0; bit < length; bit++)
		bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
	return formatAddress(bytes);
}

function destination({ family, length }: ListSets): object[] {
	const address = payload(protocolOf(family), "daddr");
	if (length === 0) return [];
	const isWhole = length === (family === 4 ? 32 : 128);
	return [isWhole ? address : { "&": [address, mask(family, length)] }];
}

function rulesOf(sets: ListSets): StatementJson[][] {
	const { scope, family, all, ports } = sets;
	const sender =
		scope === "networks"
			? [meta("iifgroup")]
			: [meta("iifname"), payload(protocolOf(family), "saddr")];
	const where = [...sender, ...destination(sets)];
	const port = [meta("l4proto"), payload("th", "dport")];
	const isFamily = {
		match: { op: "==", left: meta("nfproto"), right: family === 4 ? "ipv4" : "ipv6" },
	};
	return [all, ports].map(({ set }, i) => {
		const parts = i === 0 ? where : [...where, ...port];
		const left = parts.length === 1 ? parts[0] : { concat: parts };
		const match = { match: { op: "==", left, right: `@${set.name}` } };
		return [isFamily, match, { accept: null }] as unknown as StatementJson[];
	});
}

const chainOf = (scope: ListScope): Chain => ({
	create: { name: `egress_list_${scope}`, comment: `what is listed for ${scope}` },
	rules: [
		...LIST_SETS.filter((sets) => sets.scope === scope).flatMap(rulesOf),
		[{ goto: { target: dropEgress.create.name } }],
	],
});

/** What a network lists, and what is listed for a guest of its own. */
export const egressListNetworks = chainOf("networks");
export const egressListGuests = chainOf("guests");
