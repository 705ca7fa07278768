import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { StatementParser } from "../tree/parser.js";
import type { Reading } from "../tree/reading.js";
import { counter } from "./counter.js";
import { ctCount } from "./ct-count.js";
import { ctObject } from "./ct-object.js";
import { dup } from "./dup.js";
import { flow } from "./flow.js";
import { fwd } from "./fwd.js";
import { last } from "./last.js";
import { limit } from "./limit.js";
import { log } from "./log.js";
import { mangle } from "./mangle.js";
import { match } from "./match.js";
import { meter } from "./meter.js";
import { nat } from "./nat.js";
import { notrack } from "./notrack.js";
import { objref } from "./objref.js";
import { queue } from "./queue.js";
import { quota } from "./quota.js";
import { reject } from "./reject.js";
import { reset } from "./reset.js";
import { setUpdate } from "./set.js";
import { synproxy } from "./synproxy.js";
import { tproxy } from "./tproxy.js";
import { verdict } from "./verdict.js";
import { vmap } from "./vmap.js";
import { xt } from "./xt.js";

/** All statements. To add one, write its file and name it here. */
const definitions: readonly StatementDefinition[] = [
	verdict,
	vmap,
	match,
	counter,
	quota,
	limit,
	last,
	ctCount,
	mangle,
	flow,
	fwd,
	notrack,
	dup,
	nat,
	reject,
	setUpdate,
	log,
	ctObject,
	objref,
	meter,
	queue,
	tproxy,
	synproxy,
	reset,
	xt,
];

/** The parser of each statement, by its name in JSON. */
export const statementParsers: Readonly<Record<string, StatementParser>> = Object.assign(
	{},
	...definitions.map(({ parse }) => parse),
);
/** The names of the statements with a state, which an element may have. */
export const statefulNames: readonly string[] = definitions.flatMap(({ parse = {}, stateful }) =>
	stateful === undefined ? [] : Object.keys(parse),
);

/** Returns `undefined` if the expression is not a statement of this type. */
type StatementLister = (data: object, reading: Reading) => Listed | undefined;
const listers = new Map<string, StatementLister[]>();
for (const { list, stateful } of definitions)
	for (const [name, lister] of Object.entries({ ...list, ...stateful }))
		listers.set(name, [...(listers.get(name) ?? []), lister as StatementLister]);
/** The functions that may list an expression as a statement, by the kernel's name of the expression. */
export const statementListers: ReadonlyMap<string, readonly StatementLister[]> = listers;
/** The same for expressions with a state. */
export const statefulListers: Readonly<Record<string, (data: object) => Listed>> = Object.assign(
	{},
	...definitions.map(({ stateful }) => stateful),
);
