/**
 * The version of the output of `--json`, which every object contains. It changes when programs that read the output
 * would have to change.
 */
export const API_VERSION = "umlnet.v1";
