/** The version of what `--json` prints: in every object, and changed when a program would have to. */
export const API_VERSION = "umlnet.v1";
