import { readFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/**
 * What programs import, by its sources: `./dist/netlink/index.d.ts` is made of `src/netlink/index.ts`. The threads are
 * exported for bundlers alone.
 */
const entryPoints = Object.entries(exports)
	.filter(([name, { types }]) => types !== undefined && !name.startsWith("./thread/"))
	.map(([, { types }]) => types.replace("./dist/", "../../src/").replace(".d.ts", ".ts"));

export default {
	name: "umlnet-nl",
	entryPoints,
	tsconfig: "tsconfig.json",
	out: "html",
	readme: "../../README.md",
	excludePrivate: true,
	excludeInternal: true,
	disableSources: true,
};
