import type { TapReport } from "../../service/reports.js";
import type { AccountNames } from "../../spec/account-names.js";
import { printable } from "./printable.js";

/** Absent where nobody looks names up: then ids are shown. */
export type Names = AccountNames | undefined;

/** Who may open a tap: by name where it is known, otherwise by id. */
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
