import { checkOptions, keyOf, text } from "../../sys/arguments.js";
import { type FamilyJson, families } from "../fact/family.js";
import { localHost } from "../fact/host.js";
import { interfacesAtOnce } from "../fact/interfaces.js";
import type { Document } from "../json/command.js";
import { printerFor } from "../listing/printer.js";
import { printTableContents } from "../listing/ruleset.js";
import { CONNECTION_OPTIONS, type ConnectionOptions, connected } from "./connection.js";
import { readRuleset } from "./ruleset-reader.js";

/** Which tables to list; without it, all of them. */
export interface Filter {
	/** Only tables of this family: `inet`. */
	readonly family?: FamilyJson | undefined;
	/** Only tables with this name. */
	readonly table?: string | undefined;
}

const FILTER = { family: keyOf(families), table: text };

/**
 * The ruleset of the kernel as a document of libnftables-json(5), which `apply` can restore. It shows one generation of
 * the ruleset, so no transaction appears half done.
 * @throws KernelError, NftError; UmlnetError ERR_USAGE for an option of a wrong type
 */
export function list(filter: Filter = {}, options: ConnectionOptions = {}): Document {
	checkOptions("list()", filter, FILTER);
	checkOptions("list()", options, CONNECTION_OPTIONS);
	const { family, table } = filter;
	const printer = printerFor(options.host ?? { ...localHost(), ...interfacesAtOnce() });
	const scope = { family: family === undefined ? 0 : families[family], table };
	const tables = connected(options, (connection) => readRuleset(connection, scope));
	return { nftables: tables.flatMap((contents) => printTableContents(contents, printer)) };
}
