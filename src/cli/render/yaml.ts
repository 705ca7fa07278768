import { stringify } from "yaml";
import { printableReport } from "./printable.js";

/** A report as YAML, with the keys of the JSON. */
export const renderYaml = (value: object): string =>
	stringify(printableReport(value), { lineWidth: 0, aliasDuplicateObjects: false });
