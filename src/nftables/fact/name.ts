import { type FamilyJson, families } from "./family.js";
/** The key in a table whose value is `wanted`. */
export const nameOf = <K extends string, V>(
	table: Readonly<Record<K, V>>,
	wanted: V,
): K | undefined => (Object.keys(table) as K[]).find((key) => table[key] === wanted);

/** The member `flags` of a listing: the names of the flags. Without any flag there is no such member. */
export function flagNames<F extends string>(
	table: Readonly<Record<F, number>>,
	flags: number | undefined = 0,
): { readonly flags?: F[] } {
	const names = (Object.keys(table) as F[]).filter((name) => (flags & table[name]) !== 0);
	return names.length === 0 ? {} : { flags: names };
}

/** The name of a family, NFPROTO_*. */
export const familyName = (family: number | undefined): FamilyJson =>
	nameOf<FamilyJson, number>(families, family ?? 0) ?? "ip";
