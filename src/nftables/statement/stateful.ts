import type { Cursor } from "../json/cursor.js";
import type { ByteUnitJson } from "../json/statement.js";
import type { Expr } from "../tree/emitter.js";
import type { Statement } from "../tree/evaluation.js";
import type { StatefulExpr } from "../tree/stateful.js";

/** A statement that consists of one expression with a state, which is complete as soon as it is parsed. */
export const statefulStatement = (name: string, at: Cursor, expr: StatefulExpr): Statement => ({
	name,
	path: at.path,
	evaluate() {},
	emit: (emitter) => void emitter.expressions.push(expr as Expr),
	stateful: () => expr,
});

const rateUnits = { bytes: 1n, kbytes: 1024n, mbytes: 1024n * 1024n } as const satisfies Record<
	ByteUnitJson,
	bigint
>;
/** The units of bytes by their names. */
export const byteUnits: Readonly<Record<string, bigint>> = rateUnits;

/** A number of bytes, given in a unit; without one, in bytes. */
export function inBytes(at: Cursor, unit: Cursor | undefined): bigint {
	const bytes = at.bigint() * (unit?.oneOf(byteUnits) ?? 1n);
	if (bytes >= 2n ** 64n) throw at.fail("does not fit 64 bits");
	return bytes;
}

/** A number of bytes in the largest unit that gives a whole number. */
export function inUnit(bytes: bigint): readonly [number, ByteUnitJson] {
	if (bytes === 0n || bytes % rateUnits.kbytes !== 0n) return [Number(bytes), "bytes"];
	if (bytes % rateUnits.mbytes !== 0n) return [Number(bytes / rateUnits.kbytes), "kbytes"];
	return [Number(bytes / rateUnits.mbytes), "mbytes"];
}
