import type { TapReport } from "../../service/reports.js";
import type { AccountNames } from "../../spec/account-names.js";
import { printable } from "./printable.js";

/** Absent if names are not looked up, so that ids are shown. */
export type Names = AccountNames | undefined;

/** Who may open a tap: the name of the account, or its id if it has none. */
export function accountName(
	kind: "owner" | "group",
	tap: Pick<TapReport, "owner" | "group">,
	names: Names,
): string | undefined {
	const id = tap[kind];
	if (id === undefined) return undefined;
	const name = kind === "owner" ? names?.user(id) : names?.group(id);
	return name === undefined ? String(id) : printable(name);
}
