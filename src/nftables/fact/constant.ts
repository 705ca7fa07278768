/** A parsed constant: its number and, if its text determines it, its width. */
export interface Constant {
	readonly value: bigint;
	readonly bits?: number;
}
