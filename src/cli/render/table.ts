/** Columns as wide as their widest cell, two spaces apart; nothing trails. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
	const widths: number[] = [];
	for (const row of rows) {
		row.forEach((cell, column) => {
			widths[column] = Math.max(widths[column] ?? 0, cell.length);
		});
	}
	return rows.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join("  ")
			.trimEnd(),
	);
}

/** So many of a kind are shown one by one, which makes a screenful; of more it is said what they have in common. */
export const FEW = 4;

/** `1 change`, `2 changes` */
export const count = (number: number, noun: string): string =>
	`${number} ${noun}${number === 1 ? "" : "s"}`;
