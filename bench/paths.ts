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
/** A native program the bench has built. */
export const built = (name: string): string => join(cache, name);
/** Our library, as it is published. */
export const library = join(root, "dist/index.js");
/** Our CLI under Node, and as one executable; the second is there only after `npm run build:bin`. */
export const cli = join(root, "dist/cli/main.js");
export const singleFile = join(root, "bin/umlnet-nl");
