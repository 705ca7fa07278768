import { createRequire } from "node:module";
import { KernelError, UmlnetError } from "./error.js";

/** What we use of koffi; its platform packages are the native module itself, so no install script runs. */
interface Koffi {
	load(path: null): { func(name: string, result: string, parameters: readonly string[]): unknown };
	errno(): number;
}

// Written out one by one: bundlers embed the native module only behind a literal name.
function loadKoffi(): Koffi {
	const require = createRequire(import.meta.url);
	switch (process.arch) {
		case "x64":
			return require("@koromix/koffi-linux-x64");
		case "arm64":
			return require("@koromix/koffi-linux-arm64");
		case "arm":
			return require("@koromix/koffi-linux-arm");
		case "ia32":
			return require("@koromix/koffi-linux-ia32");
		case "riscv64":
			return require("@koromix/koffi-linux-riscv64");
		case "loong64":
			return require("@koromix/koffi-linux-loong64");
		case "ppc64":
			return require("@koromix/koffi-linux-ppc64");
		default:
			throw new UmlnetError(
				"ERR_PLATFORM",
				`no native calls for ${process.platform}/${process.arch}`,
			);
	}
}

const koffi = loadKoffi();
// null names the process itself, so glibc and musl are found alike.
const self = koffi.load(null);

/** A C function of the process: it returns what C returns and leaves errno to `check`. */
export type CFunction<P extends readonly unknown[]> = ((...args: P) => number) & {
	async(...args: [...P, (error: Error | null, result: number) => void]): void;
};

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
