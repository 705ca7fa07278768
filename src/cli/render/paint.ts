import type { Sink } from "../sink.js";

export type ColorChoice = "auto" | "always" | "never";

type Brush = (text: string) => string;

/** Colours for one stream. Without colours every function returns its text unchanged. */
export interface Paint {
	readonly bold: Brush;
	readonly dim: Brush;
	readonly red: Brush;
	readonly green: Brush;
	readonly yellow: Brush;
}

const brush =
	(enabled: boolean, on: number, off: number): Brush =>
	(text) =>
		enabled && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;

/** `auto` means colours on a terminal, unless NO_COLOR is set (no-color.org). */
export function paintFor(
	sink: Sink,
	choice: ColorChoice,
	env: Readonly<Record<string, string | undefined>>,
): Paint {
	const wanted = sink.isTTY && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
	const enabled = choice === "always" || (choice === "auto" && wanted);
	return {
		bold: brush(enabled, 1, 22),
		dim: brush(enabled, 2, 22),
		red: brush(enabled, 31, 39),
		green: brush(enabled, 32, 39),
		yellow: brush(enabled, 33, 39),
	};
}
