import { arp } from "./arp/index.js";
import { bridge } from "./bridge/index.js";
import { inet } from "./inet/index.js";
import type { DeclaredTable } from "./table.js";

/**
 * Everything that the engine puts into nf_tables. It does not grow with guests, which are elements of sets. Loading the
 * compiler would slow down every command, so `npm run build` compiles this into messages.ts. To add a table, add a
 * folder and a line here.
 */
export const tables: readonly DeclaredTable[] = [inet, bridge, arp];
