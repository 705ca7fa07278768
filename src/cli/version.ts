/** The version of the package; a test holds it against package.json, which a single-file build cannot read. */
export const version = "0.1.0";
