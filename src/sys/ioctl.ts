import { bind, check } from "./libc.js";

// ioctl(2) is variadic. On every Linux ABI that koffi supports, integers and pointers are passed to it as to a function
// with fixed parameters.
const withPointer = bind<[number, number, Uint8Array]>("ioctl", ["int", "ulong", "void *"]);
const withNumber = bind<[number, number, number]>("ioctl", ["int", "ulong", "long"]);

/**
 * One ioctl whose argument is memory that the kernel reads and may write. @throws KernelError whose request is `name`
 */
export function ioctl(fd: number, request: number, argument: Uint8Array, name: string): number {
	return check(`ioctl(${name})`, withPointer(fd, request, argument));
}

/** One ioctl whose argument is a number. @throws KernelError whose request is `name` */
export function ioctlNumber(fd: number, request: number, argument: number, name: string): number {
	return check(`ioctl(${name})`, withNumber(fd, request, argument));
}
