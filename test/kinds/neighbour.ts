import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { type Link, linkNamed } from "../../src/testing/fake/namespace.js";
import { RTM_DELLINK, RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { arrange } from "../engine/hosts.js";

type Meddle = (kernel: FakeKernel) => void;
type Setting = Parameters<typeof RTM_NEWLINK.encode>[0];

/** The link with this name, which must exist. */
export function link(kernel: FakeKernel, name: string): Link {
	const found = linkNamed(kernel.ns, name);
	if (found === undefined) throw new Error(`there is no ${name}`);
	return found;
}

/** Somebody else: `ip link set NAME …` */
export const set =
	(name: string, setting: Setting): Meddle =>
	(kernel) =>
		arrange(kernel, request(RTM_NEWLINK, 0, { ifi_index: link(kernel, name).index, ...setting }));

/** Somebody else: `ip link set NAME master BRIDGE`, or `nomaster`. */
export const enslave =
	(name: string, bridge?: string): Meddle =>
	(kernel) =>
		set(name, { IFLA_MASTER: bridge === undefined ? 0 : link(kernel, bridge).index })(kernel);

/** Somebody else: `ip link delete NAME` */
export const remove =
	(name: string): Meddle =>
	(kernel) =>
		arrange(kernel, request(RTM_DELLINK, 0, { ifi_index: link(kernel, name).index }));

/** Somebody else: `sysctl -w PATH=VALUE` */
export const write =
	(path: string, value: string): Meddle =>
	(kernel) =>
		kernel.writeSysctl(path, value);
