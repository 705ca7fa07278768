/** The types of libnftables-json(5), so that the compiler reports a wrong ruleset where it is written. */
export type { FamilyJson } from "../fact/family.js";
export type * from "./command.js";
export type * from "./expression.js";
export type * from "./object.js";
export type * from "./statement.js";
