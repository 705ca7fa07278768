import type { Kernel } from "../kernel/kernel.js";
import { readAllLinks } from "../kernel/read.js";
import { type Kinds, kindOf } from "./kind.js";
import type { Entry, State } from "./state.js";

/** Where a resource is not exactly as applied, in words. */
export function verify(
	kinds: Kinds,
	kernel: Kernel,
	{ kind: name, made }: Entry,
): readonly string[] {
	const kind = kindOf(kinds, name);
	return kind.verify?.(made, kernel) ?? kind.drift(made, kernel);
}

/** An object that carries our marks and no tap of ours stands for, as if it were in the journal. */
export interface StrayEntry extends Entry {
	/** In words. */
	readonly what: string;
}

/** What carries our marks on this host and no tap of ours stands for. @throws KernelError */
export function strays(kinds: Kinds, kernel: Kernel, { entries }: State): readonly StrayEntry[] {
	const look = { kernel, links: readAllLinks(kernel) };
	return [...kinds.values()].flatMap((kind) => {
		const known = [...entries.values()].filter((entry) => entry.kind === kind.kind);
		const found = kind.strays?.(
			known.map(({ made }) => made),
			look,
		);
		return (found ?? []).map(({ what, made }) => {
			return { what, kind: kind.kind, key: kind.key(made), made, path: "" };
		});
	});
}
