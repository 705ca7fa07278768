import { join } from "node:path";

// Compiled, this file is .cache/bench/js/bench/paths.js.
/** The checkout. */
export const root = join(import.meta.dirname, "../../../..");
/** What the bench builds, installs and compiles. */
export const cache = join(root, ".cache/bench");
/** The sources of the peers. */
export const sources = join(root, "bench/peers");
/** A compiled program of the bench. */
export const compiled = (name: string): string => join(cache, "js/bench", name);
/** A native program that the bench has built. */
export const built = (name: string): string => join(cache, name);
/** Our library as it is published. */
export const library = join(root, "dist/index.js");
/**
 * Our command line under Node, as npm installs it, and as one executable, which exists only after `npm run build:bin`.
 */
export const cli = join(root, "dist/bin/umlnet-nl.cjs");
export const singleFile = join(root, "bin/umlnet-nl");
/** The Bun that `npm run build:bin` has downloaded. */
export const bun = join(root, ".cache/bin/bun");
/** The native module that the library loads under Node. */
export const native = join(
	root,
	`node_modules/@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`,
);
