import { integerJson } from "../fact/format.js";
import type { RawJson, UnknownJson } from "../json/statement.js";

/** The kernel's attributes as they are, for what JSON has no form for, with bytes in hexadecimal. */
export function rawJson(value: unknown): RawJson {
	if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
	if (typeof value === "bigint") return integerJson(value);
	if (Array.isArray(value)) return value.map(rawJson);
	if (typeof value === "object" && value !== null)
		return Object.fromEntries(
			Object.entries(value).flatMap(([name, member]) =>
				member === undefined ? [] : [[name, rawJson(member)]],
			),
		);
	return value as RawJson;
}

/** An expression that has no form in JSON, with the kernel's name and attributes. */
export const unknownExpression = (expression: {
	readonly NFTA_EXPR_NAME?: string | undefined;
	readonly NFTA_EXPR_DATA?: object | undefined;
}): UnknownJson => {
	const data = rawJson(expression.NFTA_EXPR_DATA ?? {});
	const empty = Object.keys(data as object).length === 0;
	return { unknown: { expr: `${expression.NFTA_EXPR_NAME}`, ...(!empty && { data }) } };
};
