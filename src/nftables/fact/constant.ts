/** A constant as it was read: the number and, where the text decides it, the width. */
export interface Constant {
	readonly value: bigint;
	readonly bits?: number;
}
