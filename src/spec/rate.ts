/** Rates as tc(8) writes them: `100mbit`, `1.5gbit`, `12mbps`. */

/** Units in bits per second and bytes per second. A number alone is in bits. */
const UNITS: ReadonlyMap<string, number> = new Map([
	["", 1],
	...(["bit", "bps"] as const).flatMap((unit) => {
		const bits = unit === "bit" ? 1 : 8;
		return ["", "k", "m", "g", "t"].flatMap((prefix, i): [string, number][] => [
			[`${prefix}${unit}`, bits * 1000 ** i],
			...(i === 0 ? [] : [[`${prefix}i${unit}`, bits * 1024 ** i] as [string, number]]),
		]);
	}),
]);
/** What JSON Schema can check. */
export const RATE_FORM = "^[0-9]+(\\.[0-9]+)?([kKmMgGtT][iI]?)?([bB][iI][tT]|[bB][pP][sS])?$";
const EXAMPLE = "such as 100mbit, 1.5gbit, 512kibit or 12mbps, which are bytes";

/** Below this rate a packet of full size takes longer than ten seconds; above the greatest one nothing is limited. */
const LEAST = 8_000;
const MOST = 1e12;

/** A rate in bits per second. @throws RateError, whose message says why and does not quote the text */
export function parseRate(text: string): number {
	const [, digits, unit = ""] = /^([0-9]+(?:\.[0-9]+)?)([a-z]*)$/i.exec(text) ?? [];
	const factor = UNITS.get(unit.toLowerCase());
	if (digits === undefined) throw new RateError("is no rate", EXAMPLE);
	if (factor === undefined)
		throw new RateError(`has a unit that tc(8) does not know, ${JSON.stringify(unit)}`, EXAMPLE);
	const rate = Math.floor(Number(digits) * factor);
	if (rate === 0) throw new RateError("is no limit but a cut", "take the tap down for that");
	if (rate < LEAST || rate > MOST)
		throw new RateError(`is ${rate} bits a second, must be 8kbit to 1tbit`);
	return rate;
}

/** The text is not a rate. */
export class RateError extends Error {
	readonly hint: string | undefined;
	constructor(message: string, hint?: string) {
		super(message);
		this.hint = hint;
	}
}
