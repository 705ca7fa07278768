/**
 * The version of the package. A single-file build cannot read package.json, so it is repeated here, and a test compares
 * both.
 */
export const version = "0.1.0";
