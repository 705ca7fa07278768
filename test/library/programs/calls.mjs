// Makes the calls in its second argument, `[[[verb, argument], …], …]`: those of one list at the same time, and one
// list after the other. Prints the value or the error of each, and leaves the engine open.
import { open, UmlnetError } from "../../../dist/index.js";

const [stateDir, lists] = process.argv.slice(2);
const host = await open({ stateDir });
/** @param {Error | undefined} error */
const told = (error) =>
	error && {
		...error,
		message: error.message,
		typed: error instanceof UmlnetError,
		cause: told(error.cause),
	};
const said = [];
for (const calls of JSON.parse(lists)) {
	const outcomes = calls.map(([verb, argument]) =>
		host[verb](argument).then(
			(value) => ({ value }),
			(error) => ({ error: told(error) }),
		),
	);
	said.push(await Promise.all(outcomes));
}
console.log(JSON.stringify(said));
