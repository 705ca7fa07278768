import { join } from "node:path";
import { root } from "./paths.js";

/** The published library in dist/ is measured, and not another compilation of its sources. */
const published = (path: string): Promise<unknown> => import(join(root, "dist", path));

export const library = async (): Promise<typeof import("../src/index.js")> =>
	(await published("index.js")) as typeof import("../src/index.js");

export const netlink = async (): Promise<typeof import("../src/netlink/index.js")> =>
	(await published("netlink/index.js")) as typeof import("../src/netlink/index.js");

export const uapi = async (): Promise<typeof import("../src/uapi/index.js")> =>
	(await published("uapi/index.js")) as typeof import("../src/uapi/index.js");

/** System calls without anything around them. They are not published, but the floor is made of them. */
export async function sys() {
	const { bind, check } = (await published("sys/libc.js")) as typeof import("../src/sys/libc.js");
	const { enterNetns } = (await published("sys/netns.js")) as typeof import("../src/sys/netns.js");
	return { bind, check, enterNetns };
}
