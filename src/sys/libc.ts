import { KernelError } from "./error.js";
import { koffi } from "./koffi.js";

// null names the process itself, so glibc and musl are found alike.
const self = koffi.load(null);

/** A C function of the process: it returns what C returns and leaves errno to `check`. */
export type CFunction<P extends readonly unknown[]> = (...args: P) => number;

/** Bind one libc symbol. `parameters` are koffi's names of C types. */
export function bind<P extends readonly unknown[]>(
	symbol: string,
	parameters: readonly string[],
	result = "int",
): CFunction<P> {
	return self.func(symbol, result, parameters) as CFunction<P>;
}

/** The errno of the C call that just failed on this thread. */
export const errno = (): number => koffi.errno();

/** Pass a C result through; throw KernelError naming `request` when it is negative. */
export function check(request: string, result: number): number {
	if (result < 0) throw new KernelError(request, koffi.errno());
	return result;
}
