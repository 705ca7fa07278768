import { traced } from "../kernel/traced.js";
import { Host, type HostOptions } from "./host.js";

/** Open a host that reports all its requests to the kernel, and the kernel's answers. @throws as Host.open */
export const openTraced = (options: HostOptions, tell: (lines: string) => void): Host =>
	Host.open(options, undefined, (kernel) => traced(kernel, tell));
