/** `did you mean …?` for an unknown name, or undefined if no known name is similar. */
export function suggestion(unknown: string, known: Iterable<string>): string | undefined {
	const wanted = plain(unknown);
	// A word has few typing errors: if a third of its letters differ, it is another word.
	let [best, least] = ["", Math.max(1, Math.floor(wanted.length / 3)) + 1];
	for (const name of known) {
		const candidate = plain(name);
		if (Math.abs(candidate.length - wanted.length) >= least) continue;
		const distance = damerauLevenshtein(wanted, candidate);
		if (distance < least) [best, least] = [name, distance];
	}
	return best === "" ? undefined : `did you mean ${best}?`;
}

/** Removes what distinguishes snat_to, snat-to and snatTo. */
function plain(name: string): string {
	return name.toLowerCase().replace(/[-_]/g, "").slice(0, 40);
}

/**
 * How many letters must be inserted, removed, replaced or swapped with their neighbour to turn one word into the other.
 */
export function damerauLevenshtein(a: string, b: string): number {
	let before: number[] = [];
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const above = row;
		row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			let cost = Math.min(
				(above[j] ?? 0) + 1,
				(row[j - 1] ?? 0) + 1,
				(above[j - 1] ?? 0) + (same ? 0 : 1),
			);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
			row.push(cost);
		}
		before = above;
	}
	return row[b.length] ?? 0;
}
