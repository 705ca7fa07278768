/** What rules look at, in the JSON of libnftables-json(5). */
import type { Expression, StatementJson } from "../../nftables/index.js";

export const iifname = { meta: { key: "iifname" } } as const;
export const oifname = { meta: { key: "oifname" } } as const;
export const l4proto = { meta: { key: "l4proto" } } as const;

/** A field of a header by its name in nft: `ip saddr`. */
export function field(name: `${string} ${string}`) {
	const [protocol = "", ...rest] = name.split(" ");
	return { payload: { protocol, field: rest.join(" ") } } as const;
}

/** Bits that have no name: so many, from the beginning of a header on. */
export const raw = (base: "ll" | "nh" | "th", offset: number, len: number) =>
	({ payload: { base, offset, len } }) as const;

/** Values side by side: a key. */
export const concat = (...parts: readonly Expression[]) => ({ concat: parts }) as const;

type Named = { readonly set: { readonly name: string } };

export const equals = (left: Expression, right: Expression): StatementJson => ({
	match: { op: "==", left, right },
});
export const differs = (left: Expression, right: Expression): StatementJson => ({
	match: { op: "!=", left, right },
});
/** Whether it is one of these. */
export const isOneOf = (left: Expression, values: readonly Expression[]): StatementJson =>
	equals(left, { set: values });
export const isNoneOf = (left: Expression, values: readonly Expression[]): StatementJson =>
	differs(left, { set: values });
/** Whether a set has it. */
export const isIn = (left: Expression, { set }: Named): StatementJson =>
	equals(left, `@${set.name}`);
export const isNotIn = (left: Expression, { set }: Named): StatementJson =>
	differs(left, `@${set.name}`);

interface Target {
	readonly create: { readonly name: string };
}
export const goto = ({ create }: Target): StatementJson => ({ goto: { target: create.name } });
export const jump = ({ create }: Target): StatementJson => ({ jump: { target: create.name } });
export const accept: StatementJson = { accept: null };
export const back: StatementJson = { return: null };

/** The chain that goes on, by the protocol of a packet. */
export const branch = (
	key: Expression,
	chains: Readonly<Record<string, Target | StatementJson>>,
): StatementJson => ({
	vmap: {
		key,
		data: {
			set: Object.entries(chains).map(
				([value, to]) => [value, "create" in to ? goto(to) : to] as [Expression, Expression],
			),
		},
	},
});
