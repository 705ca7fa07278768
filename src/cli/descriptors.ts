import type { TapReport } from "../service/reports.js";
import { UsageError } from "./usage.js";

/** The first that a command has besides standard input, output and error. */
const FIRST = 3;
/** `{fd}` where there is one tap, `{fd:tap0}`. */
const PLACEHOLDER = /\{fd(?::([^{}]*))?\}/g;

/** A command whose placeholders are numbers of descriptors, and the descriptors, which it is to have from 3 on. */
export interface OpenCommand {
	readonly command: readonly string[];
	readonly descriptors: readonly number[];
}

/** Whether any word of a command asks for a descriptor. */
export const asksForDescriptors = (command: readonly string[]): boolean =>
	command.some((word) => word.search(PLACEHOLDER) >= 0);

/**
 * Put the numbers of descriptors in the place of `{fd}`. One tap is opened once, however often it is named; one with
 * several queues each time, for each is another queue. @throws UsageError, and whatever `open` throws
 */
export function withDescriptors(
	command: readonly string[],
	taps: readonly TapReport[],
	open: (tap: TapReport) => number,
	close: (fd: number) => void,
): OpenCommand {
	const descriptors: number[] = [];
	const numbers = new Map<string, number>();
	const numberOf = (name: string | undefined): number => {
		const tap = tapOf(name, taps);
		const known = numbers.get(tap.name);
		if (known !== undefined && !tap.multiQueue) return known;
		const number = FIRST + descriptors.push(open(tap)) - 1;
		numbers.set(tap.name, number);
		return number;
	};
	try {
		const words = command.map((word) =>
			word.replaceAll(PLACEHOLDER, (_, name: string | undefined) => String(numberOf(name))),
		);
		return { command: words, descriptors };
	} catch (error) {
		for (const fd of descriptors) close(fd);
		throw error;
	}
}

function tapOf(name: string | undefined, taps: readonly TapReport[]): TapReport {
	const [first] = taps;
	const found =
		name === undefined && taps.length === 1 ? first : taps.find((tap) => tap.name === name);
	if (found !== undefined) return found;
	const names = taps.map((tap) => `{fd:${tap.name}}`).join(", ");
	throw new UsageError(
		name === undefined ? "{fd}: of which tap?" : `{fd:${name}}: there is no tap ${name}`,
		`there are ${names}`,
	);
}
