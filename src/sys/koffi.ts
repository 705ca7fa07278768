import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { UmlnetError } from "./error.js";

/** What we use of koffi; its platform packages are the native module itself, so no install script runs. */
export interface Koffi {
	load(path: null): { func(name: string, result: string, parameters: readonly string[]): unknown };
	errno(): number;
}

/**
 * Where there is no loader of musl, nothing that runs is linked with it. koffi finds out from the headers of the
 * runtime's binary, in 2 ms; where both may be, it is left to that.
 */
const isGlibc = (machine: string): boolean => !existsSync(`/lib/ld-musl-${machine}.so.1`);

// Written out one by one: bundlers embed the native module only behind a literal name.
function loadKoffi(): Koffi {
	const require = createRequire(import.meta.url);
	switch (process.arch) {
		case "x64":
			return isGlibc("x86_64")
				? require("@koromix/koffi-linux-x64/linux_x64/koffi.node")
				: require("@koromix/koffi-linux-x64");
		case "arm64":
			return isGlibc("aarch64")
				? require("@koromix/koffi-linux-arm64/linux_arm64/koffi.node")
				: require("@koromix/koffi-linux-arm64");
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

/** The native module. The single-file build puts one in its place that is embedded (scripts/build-bin.mjs). */
export const koffi: Koffi = loadKoffi();
