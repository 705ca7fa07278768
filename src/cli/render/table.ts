/** Columns as wide as their widest cell and two spaces apart, without trailing spaces. */
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

/** Up to this number, taps are printed one by one, which fits a screen; beyond it they are summed up. */
export const FEW = 4;

/** `1 change`, `2 changes` */
export const count = (number: number, noun: string): string =>
	`${number} ${noun}${number === 1 ? "" : "s"}`;
