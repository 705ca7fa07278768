import { bind, check } from "./libc.js";

// ioctl(2) is variadic; on every Linux ABI koffi knows, integers and pointers travel as in a fixed call.
const withPointer = bind<[number, number, Uint8Array]>("ioctl", ["int", "ulong", "void *"]);
const withNumber = bind<[number, number, number]>("ioctl", ["int", "ulong", "long"]);

/** One ioctl whose argument is memory the kernel reads and may write. @throws KernelError named `name` */
export function ioctl(fd: number, request: number, argument: Uint8Array, name: string): number {
	return check(`ioctl(${name})`, withPointer(fd, request, argument));
}

/** One ioctl whose argument is a number. @throws KernelError named `name` */
export function ioctlNumber(fd: number, request: number, argument: number, name: string): number {
	return check(`ioctl(${name})`, withNumber(fd, request, argument));
}
