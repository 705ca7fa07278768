/** The answering side of a peer that is written in TypeScript. line.ts asks. */
import { createInterface } from "node:readline";

type Times = readonly number[];

/** Answer lines until there are no more: with `ok` and the times, or with `no` if there are none. */
export async function answerLines(
	answer: (verb: string, a: number, b: number) => Promise<Times | undefined>,
): Promise<void> {
	for await (const line of createInterface({ input: process.stdin })) {
		const [verb = "", a, b] = line.split("\t");
		const times = await answer(verb, Number(a), Number(b));
		process.stdout.write(times === undefined ? "no\n" : `ok ${times.join(" ")}\n`);
	}
}
