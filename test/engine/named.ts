/** Rows of a table for `each("%s")`, which prints a name whole and bare; `$name` cuts and quotes it. */
export const named = <T extends { readonly name: string }>(
	all: readonly T[],
): (readonly [name: string, one: T])[] => all.map((one) => [one.name, one]);
