import { defineConfig } from "rolldown";

/**
 * The command line as one bundled entry: hundreds of small modules cost Node more to find than to run. What a
 * verb does not need stays in chunks of its own behind its dynamic import.
 */
export default defineConfig({
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
