// A program that uses umlnet-nl as a bundle: `node bundle.mjs esbuild` or `node bundle.mjs rolldown` puts library.mjs into
// bundled/. The engine runs in threads of its own, whose files must lie beside the bundle under these two names; the
// native module (@koromix/koffi-linux-x64) is not bundled, and is installed where the bundle will run.
const input = {
	library: "library.mjs",
	worker: "umlnet-nl/thread/worker",
	deleter: "umlnet-nl/thread/deleter",
};
const external = /^@koromix\//;

const bundlers = {
	async esbuild() {
		const { build } = await import("esbuild");
		await build({
			entryPoints: input,
			outdir: "bundled",
			bundle: true,
			splitting: true,
			format: "esm",
			platform: "node",
			target: "node20",
			external: ["@koromix/*"],
			// commander and yaml are CommonJS, which asks for Node's modules by `require`.
			banner: {
				js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
			},
		});
	},
	async rolldown() {
		const { build } = await import("rolldown");
		await build({
			input,
			external,
			platform: "node",
			output: { dir: "bundled", format: "esm", entryFileNames: "[name].js" },
		});
	},
};

const [, , name = "esbuild"] = process.argv;
await bundlers[name]();
