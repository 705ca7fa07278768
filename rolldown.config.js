import { readFileSync } from "node:fs";
import { defineConfig } from "rolldown";

/**
 * The command line as one bundled entry: hundreds of small modules cost Node more to find than to run. What a
 * verb does not need stays in chunks of its own behind its dynamic import.
 */
const cli = defineConfig({
	logLevel: "warn",
	input: { "umlnet-nl": "dist/cli/main.js" },
	platform: "node",
	// The native module is found where npm put it, not bundled.
	external: [/^@koromix\//],
	output: {
		dir: "dist/bin",
		format: "esm",
		entryFileNames: "[name].js",
		chunkFileNames: "[name]-[hash].js",
		cleanDir: true,
		minify: { mangle: false, compress: true },
		sourcemap: true,
	},
});

/** What `umlnet-nl demo` may start lies beside it, apart: the program itself starts nothing. */
const guest = defineConfig({
	logLevel: "warn",
	input: { programs: "test/guest/programs.ts" },
	platform: "node",
	output: { dir: "dist/guest", format: "esm", cleanDir: true },
	plugins: [
		{
			name: "guest-scripts",
			generateBundle() {
				for (const fileName of ["init.sh", "launch.sh"])
					this.emitFile({ type: "asset", fileName, source: readFileSync(`test/guest/${fileName}`) });
			},
		},
	],
});

export default [cli, guest];
