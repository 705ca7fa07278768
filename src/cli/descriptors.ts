import type { TapReport } from "../service/reports.js";
import { UsageError } from "./usage.js";

/** The first descriptor of a command after standard input, output and error. */
const FIRST = 3;
/** `{fd}` if there is one tap, otherwise `{fd:tap0}`. */
const PLACEHOLDER = /\{fd(?::([^{}]*))?\}/g;

/**
 * A command in which placeholders are replaced by numbers of descriptors, and these descriptors, which it should have
 * from 3 on.
 */
export interface OpenCommand {
	readonly command: readonly string[];
	readonly descriptors: readonly number[];
}

/** Whether any word of a command asks for a descriptor. */
export const asksForDescriptors = (command: readonly string[]): boolean =>
	command.some((word) => word.search(PLACEHOLDER) >= 0);

/**
 * Replace `{fd}` by numbers of descriptors. A tap is opened once, however often it is named; one with several queues is
 * opened each time, because each opening is another queue. @throws UsageError, and whatever `open` throws
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
