import type { Chain } from "../table.js";
import { isPublished } from "./match.js";

/** Somebody who is no guest begins a connection to one that only published ports lead to. */
export const toPublished: Chain = {
	create: { name: "to_published", comment: "a connection from outside, to published ports alone" },
	rules: [[isPublished, { accept: null }], [{ drop: null }]],
};
