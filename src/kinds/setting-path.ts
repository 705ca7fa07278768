import { isLinkName } from "./shape.js";

const PATH = /^net\/ipv[46]\/(?:conf|neigh)\/([^/]+)\/[a-z0-9_]+$/;

/**
 * Whether a path below /proc/sys is one that we write: forwarding of IPv4 on all interfaces, or a setting of an
 * interface.
 */
export function isSettingPath(path: unknown): boolean {
	if (path === "net/ipv4/ip_forward") return true;
	return typeof path === "string" && isLinkName(PATH.exec(path)?.[1]);
}
