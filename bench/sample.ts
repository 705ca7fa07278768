/** A summary of many measurements of one thing. */
export interface Figure {
	readonly n: number;
	readonly p10: number;
	readonly p50: number;
	readonly p90: number;
	readonly p99: number;
	readonly min: number;
	readonly max: number;
}

/** Percentiles by nearest rank: every figure is a value that was measured. */
export function figure(values: readonly number[]): Figure {
	const sorted = [...values].sort((a, b) => a - b);
	const rank = (share: number): number =>
		sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
	return {
		n: sorted.length,
		p10: rank(0.1),
		p50: rank(0.5),
		p90: rank(0.9),
		p99: rank(0.99),
		min: rank(0),
		max: rank(1),
	};
}
