import { KernelError } from "./error.js";
import { koffi } from "./koffi.js";

// `null` stands for the process itself, which works with glibc and musl alike.
const self = koffi.load(null);

/** A C function of the process. It returns what C returns; `check` turns a failure into an error. */
export type CFunction<P extends readonly unknown[]> = (...args: P) => number;

/** Bind one symbol of the C library. `parameters` are koffi's names of C types. */
export function bind<P extends readonly unknown[]>(
	symbol: string,
	parameters: readonly string[],
	result = "int",
): CFunction<P> {
	return self.func(symbol, result, parameters) as CFunction<P>;
}

/** The errno of the C call that just failed on this thread. */
export const errno = (): number => koffi.errno();

/** Return the result of a C call. @throws KernelError that names `request` when the result is negative */
export function check(request: string, result: number): number {
	if (result < 0) throw new KernelError(request, koffi.errno());
	return result;
}
