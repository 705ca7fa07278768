import type { Listed } from "../tree/listed.js";
import { constantStatement } from "../tree/listed.js";

export const listXt = (type: "match" | "target", name: string | undefined): Listed =>
	constantStatement(() => ({ xt: { type, name: name ?? "" } }));
