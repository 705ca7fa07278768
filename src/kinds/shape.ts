/**
 * Anything may be in the JSON of the journal until it has been checked. These functions check that a value has the
 * expected form. Fields that are not named may have any value, because a newer version may have written them.
 */
import { parseCidr } from "../inet/cidr.js";
import { FIRST_CHOSEN_INDEX } from "../kernel/kernel.js";
import { IFNAMSIZ } from "../uapi/if.js";

export type Check = (value: unknown) => boolean;

export const isText: Check = (value) => typeof value === "string";
export const isFlag: Check = (value) => typeof value === "boolean";

export const isWhole =
	(least: number, most: number): Check =>
	(value) =>
		Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

export const isOptional =
	(check: Check): Check =>
	(value) =>
		value === undefined || check(value);

export const isListOf =
	(check: Check): Check =>
	(value) =>
		Array.isArray(value) && value.every(check);

export const isOneOf =
	(values: readonly unknown[]): Check =>
	(value) =>
		values.includes(value);

/** Whether it is an object with these fields. */
export const isMapOf = (checks: Readonly<Record<string, Check>>): Check => {
	const fields = Object.entries(checks);
	return (value) =>
		typeof value === "object" &&
		value !== null &&
		fields.every(([name, check]) => check((value as Record<string, unknown>)[name]));
};

/** Whether it is a text that this function can parse. */
export const isParsedBy =
	(parse: (text: string) => unknown): Check =>
	(value) => {
		if (typeof value !== "string") return false;
		try {
			parse(value);
			return true;
		} catch {
			return false;
		}
	};

export const isCidr = isParsedBy(parseCidr);
export const isMac: Check = (value) =>
	typeof value === "string" && /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(value);

/** A name that a link can have, and which leads nowhere else below /proc/sys (dev_valid_name, net/core/dev.c). */
export const isLinkName: Check = (value) =>
	typeof value === "string" &&
	/^[^/:\s\0]+$/.test(value) &&
	value !== "." &&
	value !== ".." &&
	Buffer.byteLength(value) < IFNAMSIZ;

/** An index that a link can have (int ifindex). */
export const isLinkIndex = isWhole(1, 0x7fff_ffff);

/** The index of a link that we have made: no other link has one in this range. */
export const isChosenIndex = isWhole(FIRST_CHOSEN_INDEX, 0x7fff_ffff);

/** A value below /proc/sys: a single line. */
export const isLine: Check = (value) =>
	typeof value === "string" && value.length <= 256 && /^[\x20-\x7e\t]*$/.test(value);
