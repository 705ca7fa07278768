import type { Facts } from "./facts.js";

/**
 * The files that a program reads from several directories, in the order of their names. Of files with the same name it
 * takes the one in the directory that comes first here, as systemd, sysctl(8) and NetworkManager do.
 */
export function configFiles(
	facts: Facts,
	directories: readonly string[],
	suffix: string,
): readonly string[] {
	const paths = new Map<string, string>();
	for (const directory of directories)
		for (const name of facts.directory(directory))
			if (name.endsWith(suffix) && !paths.has(name)) paths.set(name, `${directory}/${name}`);
	return [...paths].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/** A section of a file like those of systemd and of GLib: its name, and the values of each key in their order. */
export interface Section {
	readonly name: string;
	readonly values: ReadonlyMap<string, readonly string[]>;
}

/** The sections of a file; sections with one name are not put together. */
export function sectionsOf(text: string): readonly Section[] {
	const sections: { name: string; values: Map<string, string[]> }[] = [];
	for (const line of text.split("\n").map((one) => one.trim())) {
		const name = /^\[(.+)\]$/.exec(line)?.[1];
		if (name !== undefined) sections.push({ name, values: new Map() });
		const [, key = "", value = ""] = /^([^#;=[\s][^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
		const values = sections.at(-1)?.values;
		if (key !== "" && name === undefined) values?.set(key, [...(values.get(key) ?? []), value]);
	}
	return sections;
}

/** Whether a name matches a pattern of the shell, as in names of interfaces: `*`, `?` and `[abc]`. */
export function matchesGlob(pattern: string, name: string): boolean {
	const source = pattern
		.replace(/[.+^${}()|\\]/g, "\\$&")
		.replaceAll("*", ".*")
		.replaceAll("?", ".");
	try {
		return new RegExp(`^${source}$`).test(name);
	} catch {
		return pattern === name;
	}
}
