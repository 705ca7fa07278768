/** Reduce a failing case: items are removed one after the other, as long as it still fails in the same way. */
export async function shrunk<T>(
	items: readonly T[],
	fails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
	let kept = items;
	for (
		let size = Math.ceil(items.length / 2);
		size >= 1;
		size = size === 1 ? 0 : Math.ceil(size / 2)
	)
		for (let end = kept.length; end > 0; end -= size) {
			const without = kept.filter((_, i) => i < end - size || i >= end);
			if (without.length < kept.length && (await fails(without))) kept = without;
		}
	return kept;
}
