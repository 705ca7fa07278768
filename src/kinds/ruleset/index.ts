import { inet } from "./inet/index.js";
import type { DeclaredTable } from "./table.js";

/**
 * Everything the engine puts into nf_tables. It never grows: a guest is elements of sets. Loading the compiler would
 * cost every run of the command line time, so `npm run build` compiles this once, into messages.ts. Adding a table is
 * its folder and its line here.
 */
export const tables: readonly DeclaredTable[] = [inet];
