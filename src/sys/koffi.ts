import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { UmlnetError } from "./error.js";

/**
 * The part of koffi's interface that we use. Its platform packages contain the prebuilt native module, so installing
 * runs no script.
 */
export interface Koffi {
	load(path: null): { func(name: string, result: string, parameters: readonly string[]): unknown };
	errno(): number;
}

/**
 * Without musl's loader no program that is linked with musl can run, so this must be glibc. With it, both are possible
 * and koffi decides from the headers of the runtime's binary, which is slower.
 */
const isGlibc = (machine: string): boolean => !existsSync(`/lib/ld-musl-${machine}.so.1`);

// One literal name a line, because bundlers embed a native module only if its name is a literal.
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

/** The native module. The build of the single file replaces it by an embedded one (scripts/build-bin.mjs). */
export const koffi: Koffi = loadKoffi();
