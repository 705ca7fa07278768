import { TABLE } from "../../mark.js";
import { ipSets } from "../guard/index.js";
import { drops } from "../set/drops.js";
import { guests } from "../set/guests.js";
import { unboundGuests } from "../set/unbound-guests.js";
import type { DeclaredTable } from "../table.js";
import { guardChains } from "./guard.js";

/** What guests send by ports of bridges. */
export const bridge: DeclaredTable = {
	family: "bridge",
	name: TABLE,
	comment: "guests on bridges, by umlnet-nl",
	declarations: [guests, unboundGuests, ...ipSets, drops],
	chains: guardChains,
};
