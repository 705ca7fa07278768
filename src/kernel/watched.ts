import type { Kernel } from "./kernel.js";

/** The same kernel, which calls `onRequest` before each request. */
export function watched(kernel: Kernel, onRequest: () => void): Kernel {
	const methods = new Map<PropertyKey, unknown>();
	return new Proxy(kernel, {
		get(target, key) {
			const known = methods.get(key);
			if (known !== undefined) return known;
			const value: unknown = Reflect.get(target, key, target);
			if (typeof value !== "function") return value;
			const method = (...values: readonly unknown[]): unknown => {
				onRequest();
				return Reflect.apply(value, target, values);
			};
			methods.set(key, method);
			return method;
		},
	});
}
