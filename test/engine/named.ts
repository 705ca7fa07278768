/** The rows of a table for `each("%s")`, which prints the name in full, while `$name` would shorten and quote it. */
export const named = <T extends { readonly name: string }>(
	all: readonly T[],
): (readonly [name: string, one: T])[] => all.map((one) => [one.name, one]);
