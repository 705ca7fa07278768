import type { Failure } from "../service/failure.js";
import { API_VERSION } from "./api-version.js";

/** The object that programs get on stdout under --json. Every key is always present. */
export function envelope(failure: Failure) {
	const { code, message, path, step, errno, kernel, hint, issues } = failure;
	const given = orNull({ path, step, errno, kernel, hint });
	const told = issues.map(({ path, line, column, flag, message, hint }) => ({
		path,
		...orNull({ line, column, flag }),
		message,
		...orNull({ hint }),
	}));
	return { apiVersion: API_VERSION, error: { code, message, ...given, issues: told } };
}

type OrNull<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> | null };

const orNull = <T extends object>(values: T): OrNull<T> =>
	Object.fromEntries(
		Object.entries(values).map(([key, value]) => [key, value ?? null]),
	) as OrNull<T>;
