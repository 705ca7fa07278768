import { printExpression } from "../expression/index.js";
import type { Host } from "../fact/host.js";
import { Printer } from "../tree/printer.js";

/** A printer of all expressions, with the names of a host for numbers. */
export const printerFor = (host: Host): Printer => new Printer(host, printExpression);
