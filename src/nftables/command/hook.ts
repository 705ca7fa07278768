import type { In } from "../../netlink/schema.js";
import * as netfilter from "../../uapi/netfilter.js";
import type { hookAttrs } from "../../uapi/nf_tables.js";
import { bridgePriorities, hooksOf, priorities } from "../fact/hook.js";
import type { Cursor } from "../json/cursor.js";

/** A number, or a name with an offset: `filter + 10`. */
export function parsePriority(at: Cursor, family: number): number {
	if (!at.isString) return at.integer(-(2 ** 31), 2 ** 31 - 1);
	const names = family === netfilter.NFPROTO_BRIDGE ? bridgePriorities : priorities;
	const [, name = "", sign, offset] = /^(\w+)(?:\s*([+-])\s*(\d{1,9}))?$/.exec(at.string()) ?? [];
	const base = Object.hasOwn(names, name) ? names[name] : undefined;
	if (base === undefined)
		throw at.fail(`unknown priority, known: ${Object.keys(names).join(", ")}`);
	return base + Number(offset ?? 0) * (sign === "-" ? -1 : 1);
}

/** The devices are in reverse order, as nft 1.1.7 sends them. A listing sorts them. */
export function parseDevices(at: Cursor): string[] {
	const names = at.isArray ? at.list() : [at];
	const devices = names.map((name) => {
		const text = name.string();
		if (text === "" || Buffer.byteLength(text) > 15)
			throw name.fail("the name of an interface has 1 to 15 bytes");
		return text;
	});
	return devices.reverse();
}

/** The hook from which a base chain is called. */
export function hookOf(
	family: number,
	json: Partial<Record<"hook" | "prio" | "dev", Cursor>>,
): In<typeof hookAttrs> {
	const devices = json.dev && parseDevices(json.dev);
	const [device, another] = devices ?? [];
	return {
		NFTA_HOOK_HOOKNUM: json.hook?.oneOf(hooksOf(family)),
		NFTA_HOOK_PRIORITY: json.prio && parsePriority(json.prio, family),
		...(another === undefined
			? { NFTA_HOOK_DEV: device }
			: { NFTA_HOOK_DEVS: { NFTA_DEVICE_NAME: devices } }),
	};
}
