import type { Issues } from "./issues.js";
import type { Path } from "./tree.js";

/** Names that the kernel has taken: in /proc/sys/net, all and default are directories beside those of interfaces. */
const reserved = new Map([
	["all", "stands for all interfaces in sysctls"],
	["default", "stands for new interfaces in sysctls"],
	["lo", "is the loopback interface"],
]);

/**
 * Stricter than the kernel, which also accepts %d (a counter), control characters and a leading '-': those cause
 * trouble in shells, sysctl paths or terminals.
 */
function interfaceNameFault(name: string): string | undefined {
	if (name === "") return "is empty";
	if (!/^[A-Za-z0-9_.-]*$/.test(name))
		return "has other characters than letters A to Z, digits, '_', '.' and '-'";
	if (name.length > 15) return `has ${name.length} characters; an interface's name has 15 at most`;
	if (/^[.-]/.test(name)) return `begins with '${name[0]}'`;
	return reserved.get(name) ?? wordOfObjects(name);
}

function networkNameFault(name: string): string | undefined {
	if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(name))
		return "must be 1 to 32 letters a to z, digits and '-', with no '-' in front";
	return wordOfObjects(name);
}

/** Some JSON tools lose a key `__proto__`, and others can be attacked with it. */
function wordOfObjects(name: string): string | undefined {
	return name in Object.prototype ? "has a meaning of its own in JavaScript objects" : undefined;
}

export function checkInterfaceName(name: string, path: Path, issues: Issues): void {
	const fault = interfaceNameFault(name);
	if (fault !== undefined) issues.add(path, `is not a valid name for an interface: ${fault}`);
}

export function checkNetworkName(name: string, path: Path, issues: Issues): void {
	const fault = networkNameFault(name);
	if (fault !== undefined) issues.add(path, `is not a valid name for a network: ${fault}`);
}
