import { type FamilyJson, families } from "../fact/family.js";
import { localHost } from "../fact/host.js";
import { interfacesAtOnce } from "../fact/interfaces.js";
import type { Document } from "../json/command.js";
import { printerFor } from "../listing/printer.js";
import { printTableContents } from "../listing/ruleset.js";
import { type ConnectionOptions, connected } from "./connection.js";
import { readRuleset } from "./ruleset-reader.js";

/** Which tables to list; without it, all of them. */
export interface Filter {
	/** Only tables of this family: `inet`. */
	readonly family?: FamilyJson | undefined;
	/** Only tables with this name. */
	readonly table?: string | undefined;
}

/**
 * The ruleset of the kernel as a document of libnftables-json(5), which `apply` can restore. It shows one generation of
 * the ruleset, so no transaction appears half done.
 * @throws KernelError, NftError
 */
export function list({ family, table }: Filter = {}, options: ConnectionOptions = {}): Document {
	const printer = printerFor(options.host ?? { ...localHost(), ...interfacesAtOnce() });
	const scope = { family: family === undefined ? 0 : families[family], table };
	const tables = connected(options, (connection) => readRuleset(connection, scope));
	return { nftables: tables.flatMap((contents) => printTableContents(contents, printer)) };
}
