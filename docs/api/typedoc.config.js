import { readFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** What the package exports, by its sources: `./dist/netlink/index.d.ts` is made of `src/netlink/index.ts`. */
const entryPoints = Object.values(exports).flatMap(({ types }) =>
	types === undefined ? [] : [types.replace("./dist/", "../../src/").replace(".d.ts", ".ts")],
);

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
