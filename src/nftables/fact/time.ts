import type { Constant } from "./constant.js";
import type { Host } from "./host.js";

const DAY = 86_400;
const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** `1d2h3m4s5ms` in milliseconds. A number without a unit is in seconds. */
function milliseconds(text: string): number | undefined {
	if (/^\d{1,8}$/.test(text)) return Number(text) * 1000;
	const parts =
		/^(?:(\d{1,8})d)?(?:(\d{1,8})h)?(?:(\d{1,8})m)?(?:(\d{1,8})s)?(?:(\d{1,8})ms)?$/.exec(text);
	if (parts === null || text === "") return undefined;
	return Object.values(UNITS).reduce((sum, unit, i) => sum + Number(parts[i + 1] ?? 0) * unit, 0);
}

/** A relative time, in milliseconds in 32 bits. */
export function parseDuration(text: string): Constant | undefined {
	const ms = milliseconds(text);
	return ms === undefined || ms > 0xffffffff ? undefined : { value: BigInt(ms) };
}

/** A date `2019-06-21 17:00:00` in local time, in nanoseconds since the epoch; or a number of seconds. */
export function parseDate(text: string, host: Host): Constant | undefined {
	if (/^\d{1,11}$/.test(text)) return { value: BigInt(text) * 1_000_000_000n };
	const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?$/.exec(text);
	if (match === null) return undefined;
	const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
	const utc = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
	const seconds = utc / 1000 - host.utcOffset(new Date(utc));
	return seconds < 0 ? undefined : { value: BigInt(seconds) * 1_000_000_000n };
}

/** A time of day `17:00[:00]` in local time, in seconds of the UTC day; or a number of seconds. */
export function parseHour(text: string, host: Host): Constant | undefined {
	if (/^\d{1,9}$/.test(text)) return { value: BigInt(text) };
	const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text);
	const ms = match === null ? milliseconds(text) : undefined;
	const [hour = 0, minute = 0, second = 0] = match?.slice(1).map((part) => Number(part ?? 0)) ?? [];
	if (match === null ? ms === undefined : hour > 23 || minute > 59 || second > 60) return undefined;
	const seconds = ms === undefined ? hour * 3600 + minute * 60 + second : Math.floor(ms / 1000);
	const offset = host.utcOffset(new Date());
	return { value: BigInt(seconds >= offset ? (seconds - offset) % DAY : DAY - offset + seconds) };
}
