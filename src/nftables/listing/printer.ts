import { printExpression } from "../expression/index.js";
import type { Host } from "../fact/host.js";
import { Printer } from "../tree/printer.js";

/** A printer of every expression, with the names that a host has for numbers. */
export const printerFor = (host: Host): Printer => new Printer(host, printExpression);
