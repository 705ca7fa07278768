import type { Expr } from "../../uapi/nf_tables_expr.js";
import { completeExpression, expressionReaders } from "../expression/index.js";
import { RuleLister } from "../fast/rule-lister.js";
import type { StatementJson } from "../json/statement.js";
import { unknownExpression } from "../json/unknown.js";
import { statementListers } from "../statement/index.js";
import { Completion, type Listed } from "../tree/completion.js";
import type { ListedSet } from "../tree/listed.js";
import type { Printer } from "../tree/printer.js";
import { type ExprName, Reading, UnlistableError } from "../tree/reading.js";
import { listStateful } from "./stateful.js";

type Reader = (data: object, reading: Reading) => void;

/** Read one expression of a rule: it ends a statement, or loads a register for a later one. */
function readExpression(
	{ NFTA_EXPR_NAME: name, NFTA_EXPR_DATA: data = {} }: Expr,
	reading: Reading,
) {
	const listers = statementListers.get(`${name}`) ?? [];
	for (const list of listers) {
		const listed = list(data, reading);
		if (listed === undefined) continue;
		reading.add(listed);
		return;
	}
	const read = expressionReaders[name as ExprName] as Reader | undefined;
	if (read === undefined) throw new UnlistableError(`expression ${name}`);
	read(data, reading);
}

/** The statements of a rule. @throws UnlistableError */
function readStatements(
	expressions: readonly Expr[],
	family: number,
	findSet: (name: string) => ListedSet | undefined,
): readonly Listed[] {
	const reading = new Reading(family, findSet, listStateful);
	for (const expression of expressions) readExpression(expression, reading);
	return new Completion(family, reading.statements, completeExpression).run();
}

/** Lists the rules of a table, whose sets are found by `findSet`. */
export const ruleLister = (
	family: number,
	findSet: (name: string) => ListedSet | undefined,
	printer: Printer,
): RuleLister =>
	new RuleLister((expressions) => readStatements(expressions, family, findSet), printer);

/** The statements of a rule of the kernel. */
export function listStatements(
	expressions: readonly Expr[],
	family: number,
	findSet: (name: string) => ListedSet | undefined,
	printer: Printer,
): readonly StatementJson[] {
	try {
		const statements = readStatements(expressions, family, findSet);
		return statements.map((statement) => statement.print(printer));
	} catch (error) {
		if (!(error instanceof UnlistableError)) throw error;
		return expressions.map(unknownExpression);
	}
}
