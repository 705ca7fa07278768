import { isObject, names, usage } from "../sys/arguments.js";
import type { Which } from "./networks.js";

/** Check which taps a caller means. @throws UmlnetError ERR_USAGE */
export function checkWhich(call: string, which: unknown): Which {
	const { taps, spec, all } = isObject(which) ? which : {};
	const isNamed = names.is(taps) && spec === undefined && all === undefined;
	const isSpec = taps === undefined && isObject(spec) && all === undefined;
	const isAll = taps === undefined && spec === undefined && all === true;
	if (isNamed || isSpec || isAll) return which as Which;
	throw usage(
		`${call}: which taps? Give their names, a spec, or all`,
		"{ taps: [NAME] }, { spec } or { all: true }",
	);
}
