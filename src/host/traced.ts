import { traced } from "../kernel/traced.js";
import { Host, type HostOptions } from "./host.js";

/** A host that tells all that it asks of the kernel, and what the kernel answers. @throws as Host.open */
export const openTraced = (options: HostOptions, tell: (lines: string) => void): Host =>
	Host.open(options, undefined, (kernel) => traced(kernel, tell));
