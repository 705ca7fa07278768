import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./library.js";
import { npm } from "./runtimes.js";

/** Another project that uses the package as npm would publish it. */
export interface Consumer {
	readonly directory: string;
	/** The package as npm packs it. */
	readonly tarball: string;
	/** The directory in which it is installed. */
	readonly installed: string;
	write(file: string, text: string): void;
	remove(): void;
}

/** `others` are further packages that it needs, as `name@version`. */
export async function newConsumer(...others: readonly string[]): Promise<Consumer> {
	const directory = mkdtempSync(join(tmpdir(), "umlnet-nl-consumer-"));
	const { stdout } = await npm(root, "pack", "--pack-destination", directory);
	const tarball = join(directory, stdout.trim());
	const write = (file: string, text: string): void => writeFileSync(join(directory, file), text);
	write("package.json", JSON.stringify({ private: true, type: "module" }));
	await npm(directory, "install", "--prefer-offline", "--omit=dev", tarball, ...others);
	return {
		directory,
		tarball,
		installed: join(directory, "node_modules/umlnet-nl"),
		write,
		remove: () => rmSync(directory, { recursive: true }),
	};
}
