// Replaces src/sys/koffi.ts in the single file: libc through Bun's own FFI. koffi's module would have to be unpacked into
// /tmp, which fails if nothing there may be executed, and takes longer to load (docs/performance.md).
import { dlopen, FFIType, read } from "bun:ffi";

/** koffi's names of C types. Lengths are far below 2^53: they need no BigInt. */
const TYPES = {
	int: FFIType.i32,
	uint: FFIType.u32,
	long: FFIType.i64_fast,
	ulong: FFIType.u64_fast,
	"void *": FFIType.ptr,
};

// Inserted by scripts/build-bin.mjs: glibc and musl have different names for it.
const LIBC = "LIBC_SONAME";

const bind = (name, returns, args) => dlopen(LIBC, { [name]: { returns, args } }).symbols[name];

// errno stays at one address as long as the thread lives (errno(3)), so reading it calls nothing that could change it.
const place = bind("__errno_location", FFIType.ptr, [])();

export const koffi = {
	load: () => ({
		func: (name, result, parameters) =>
			bind(
				name,
				TYPES[result],
				parameters.map((parameter) => TYPES[parameter]),
			),
	}),
	errno: () => read.i32(place, 0),
};
