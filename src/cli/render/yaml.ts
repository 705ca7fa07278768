import { stringify } from "yaml";
import { printableReport } from "./printable.js";

/** A report as YAML: what JSON has, key by key. */
export const renderYaml = (value: object): string =>
	stringify(printableReport(value), { lineWidth: 0, aliasDuplicateObjects: false });
