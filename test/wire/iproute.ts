/** Runs iproute2 in this process's network namespace, and has the words in which it prints values. */
import { execFileSync } from "node:child_process";

/** Run `ip` or `bridge` with -j, and return what it prints. */
export function json(command: string): Record<string, unknown>[] {
	const [tool = "", ...rest] = command.split(" ");
	const out = execFileSync(tool, ["-j", "-d", ...rest], { encoding: "utf8" });
	// `ip -j` prints {} for objects that it filtered out.
	return JSON.parse(out || "[]").filter((one: object) => Object.keys(one).length > 0);
}
export const run = (command: string): unknown =>
	execFileSync("bash", ["-ec", command], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

export const mac = (bytes: Uint8Array | undefined): string | undefined =>
	bytes && Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
export function ip(bytes: Uint8Array | undefined): string | undefined {
	if (bytes === undefined || bytes.length === 4) return bytes?.join(".");
	const groups = Buffer.from(bytes).toString("hex").match(/.{4}/g)?.join(":");
	return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}
/** Our value without undefined fields, because ip does not print what the kernel does not report. */
export const told = <T extends object>(value: T): Partial<T> =>
	Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Partial<T>;
export const yes = (value: number | undefined): boolean | undefined =>
	value === undefined ? undefined : value !== 0;
export const bits = (value: number, names: Record<string, number>): string[] =>
	Object.entries(names).flatMap(([name, bit]) => ((value & bit) === bit ? [name] : []));
export const named = (
	value: number | undefined,
	names: Record<number, string>,
): string | undefined => (value === undefined ? undefined : names[value]);
