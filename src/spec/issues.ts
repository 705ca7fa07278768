import { type Issue, SpecError } from "./error.js";
import { formatPath, locate, type Mark, type Node, type Path, printable } from "./tree.js";

/** Nobody reads more than this many, and an error should not be larger than its subject. */
const MAX_ISSUES = 1000;

interface Finding {
	readonly path: Path;
	readonly message: string;
	readonly hint: string | undefined;
	readonly mark: Mark;
}

/** Collects issues, so that the user sees all of them at once. */
export class Issues {
	readonly #findings: Finding[] = [];
	readonly #paths = new Set<string>();
	#dropped = 0;

	get count(): number {
		return this.#findings.length;
	}

	/** `mark` is where the mistake is, if that is not where `path` was written. */
	add(path: Path, message: string, hint?: string, mark?: Mark): void {
		this.#paths.add(formatPath(path));
		if (this.count >= MAX_ISSUES) this.#dropped++;
		else this.#findings.push({ path, message: short(message), hint: hint && short(hint), mark });
	}

	/** Report that something required is missing, unless it is there and an issue about it exists already. */
	addMissing(path: Path, message: string, hint?: string): void {
		if (!this.has(path)) this.add(path, message, hint);
	}

	has(path: Path): boolean {
		return this.#paths.has(formatPath(path));
	}

	/** Throw SpecError if there are any issues. `root` and `text` tell their positions. */
	throwIfAny(root: Node | undefined, source?: string, text = ""): void {
		if (this.count === 0) return;
		const position = positions(text);
		const placed = this.#findings.map((finding) => ({
			...finding,
			at: finding.mark ?? locate(root, finding.path),
		}));
		const offset = (at: Mark) => (typeof at === "number" ? at : 0);
		placed.sort((a, b) => offset(a.at) - offset(b.at));
		const issues = placed.map(({ path, message, hint, at }): Issue => {
			return {
				path: formatPath(path),
				message,
				...(typeof at === "number" ? position(at) : {}),
				...(typeof at === "string" ? { flag: at } : {}),
				...(hint === undefined ? {} : { hint }),
			};
		});
		if (this.#dropped > 0) issues.push({ path: "", message: `and ${this.#dropped} more issues` });
		throw new SpecError(issues, source === undefined ? {} : { source });
	}
}

/** Messages may quote names that are not valid, and so of any length. */
function short(message: string): string {
	return printable(message.length > 1000 ? `${message.slice(0, 1000)}...` : message);
}

/** Converts an offset to line and column, both counted from 1. */
function positions(text: string): (offset: number) => { line: number; column: number } {
	const starts = [0];
	for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
	return (offset) => {
		let [low, high] = [0, starts.length];
		while (high - low > 1) {
			const middle = (low + high) >> 1;
			if ((starts[middle] ?? 0) <= offset) low = middle;
			else high = middle;
		}
		return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
	};
}
