/** Checks the arguments of callers in plain JavaScript, whom no compiler warns, before anything is sent. */
import { UmlnetError } from "./error.js";

/** A check that a value is of the type that an option or argument takes. */
export interface Test {
	/** The expected type in words: `a string`. */
	readonly takes: string;
	is(value: unknown): boolean;
}
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

export const text: Test = {
	takes: "a string that is not empty",
	is: (value) => typeof value === "string" && value !== "" && !value.includes("\0"),
};
export const truth: Test = { takes: "true or false", is: (value) => typeof value === "boolean" };
export const call: Test = {
	takes: "a function",
	is: (value) => typeof value === "function",
};
export const object: Test = { takes: "an object", is: isObject };
export const names: Test = {
	takes: "an array of names",
	is: (value) => Array.isArray(value) && value.every((name) => typeof name === "string"),
};
export const counts: Test = {
	takes: "an array of whole numbers, 0 or more",
	is: (value) => Array.isArray(value) && value.every((one) => count.is(one)),
};
export const milliseconds: Test = {
	takes: "a number of milliseconds, 0 or more",
	is: (value) => typeof value === "number" && Number.isFinite(value) && value >= 0,
};
export const count: Test = {
	takes: "a whole number, 0 or more",
	is: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};
/** The methods are checked and not the class, because a signal of another realm (node:vm) works as well. */
export const signal: Test = {
	takes: "an AbortSignal",
	is: (value) =>
		isObject(value) &&
		typeof value.aborted === "boolean" &&
		typeof value.addEventListener === "function" &&
		typeof value.removeEventListener === "function",
};
/** One of the words that are the keys of a table. */
export const keyOf = (table: Readonly<Record<string, unknown>>): Test => ({
	takes: `one of ${Object.keys(table).join(", ")}`,
	is: (value) => typeof value === "string" && Object.hasOwn(table, value),
});
const SIGNAL_HINT = "the signal of an AbortController is its property `signal`";

/**
 * Check the options of a call. An option that is not in `tests` does not exist and is probably misspelt.
 * @throws UmlnetError ERR_USAGE
 */
export function checkOptions(
	call: string,
	options: unknown,
	tests: Readonly<Record<string, Test>>,
): void {
	if (options === undefined) return;
	if (!isObject(options)) throw usage(`${call}: the options are ${kindOf(options)}, not an object`);
	for (const [name, value] of Object.entries(options)) {
		const test = tests[name];
		if (test === undefined)
			throw usage(
				`${call} has no option ${name}`,
				`its options are ${Object.keys(tests).join(", ")}`,
			);
		if (value === undefined || test.is(value)) continue;
		const hint = test === signal ? SIGNAL_HINT : undefined;
		throw usage(`${call}: option ${name} takes ${test.takes}, not ${kindOf(value)}`, hint);
	}
}

/** Check an object that must have all of the `needed` fields. @throws UmlnetError ERR_USAGE */
export function checkFields(
	call: string,
	value: unknown,
	tests: Readonly<Record<string, Test>>,
	needed: readonly string[],
): void {
	checkOptions(call, value, tests);
	for (const name of needed)
		if ((value as Readonly<Record<string, unknown>>)[name] === undefined)
			throw usage(`${call}: ${name} is missing; it takes ${tests[name]?.takes}`);
}

/** @throws UmlnetError ERR_USAGE */
export function checkArgument(call: string, name: string, value: unknown, test: Test): void {
	if (!test.is(value)) throw usage(`${call}: ${name} is ${kindOf(value)}, not ${test.takes}`);
}

function kindOf(value: unknown): string {
	if (value === null || value === undefined) return String(value);
	if (value === "") return "an empty string";
	if (Array.isArray(value)) return "an array";
	if (typeof value === "number" || typeof value === "boolean") return String(value);
	return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

export const usage = (message: string, hint?: string): UmlnetError =>
	new UmlnetError("ERR_USAGE", message, { hint });
