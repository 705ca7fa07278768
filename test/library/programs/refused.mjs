// Tries to bring up the spec given as second argument and tells of the error it got, then recovers.
import { open, RollbackError } from "../../../dist/index.js";

const [stateDir, spec] = process.argv.slice(2);
const host = await open({ stateDir });
/** @param {Error | undefined} error */
const told = (error) =>
	error && {
		...error,
		message: error.message,
		isError: error instanceof Error,
		isRollback: error instanceof RollbackError,
		cause: told(error.cause),
	};
const error = await host.up(JSON.parse(spec)).catch(told);
const { unfinished } = await host.status();
console.log(JSON.stringify({ error, unfinished }));
