import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { built, bun, cache, root, sources } from "./paths.js";

/** The peers, and what builds them, as Debian packages. */
export const PACKAGES = [
	"gcc",
	"libc6-dev",
	"linux-libc-dev",
	"golang-go",
	"golang-github-vishvananda-netlink-dev",
	"golang-github-google-nftables-dev",
	"python3-pyroute2",
	"iproute2",
	"nftables",
	"iptables",
	"uml-utilities",
	"net-tools",
	"containernetworking-plugins",
	"util-linux",
	"procps",
	"time",
] as const;

const NPM_PEER = "netlink@0.3.0";

const failed = new Map<string, string>();

/** Why something could not be had, if so: its row says it and the others go on. */
export const guard = (what: "npm"): string | undefined => failed.get(what);

/** The version of a Debian package, if it is there. */
export function packageVersion(name: string): string | undefined {
	const query = ["-W", "-f", `\${db:Status-Status} \${Version}`, name];
	const { stdout } = spawnSync("dpkg-query", query, { encoding: "utf8" });
	const [status, version] = (stdout ?? "").split(" ");
	return status === "installed" ? version : undefined;
}

/** Install what is missing and build what is ours. @throws Error when a peer that every row needs cannot be had */
export function install(): void {
	mkdirSync(cache, { recursive: true });
	run("bash", ["-ec", '. scripts/packages.sh; debian_packages "$@"', "bash", ...PACKAGES], root);
	for (const name of ["c_floor", "exec", "machine"]) {
		const source = join(sources, `${name}.c`);
		run("gcc", ["-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", built(name), source]);
	}
	// Debian ships Go libraries as sources in a GOPATH; nothing is fetched.
	for (const [program, folder] of [
		["go_netlink", "go"],
		["go_nft", "go_nft"],
	] as const)
		run("go", ["build", "-o", built(program), "."], join(sources, folder), {
			GO111MODULE: "off",
			GOPATH: "/usr/share/gocode",
			GOFLAGS: "",
			GOPROXY: "off",
			GOCACHE: join(cache, "go"),
		});
	installNpmPeer();
	if (existsSync(bun)) buildBare();
}

/** A program that does nothing, made in the way that our single file is. */
function buildBare(): void {
	const folder = built("bare");
	mkdirSync(folder, { recursive: true });
	const source = join(folder, "bun_bare.cjs");
	writeFileSync(source, 'require("node:fs").writeSync(1, "\\n");\n');
	const options = ["--compile", "--bytecode", "--format=cjs", "--outfile", built("bun_bare")];
	run(bun, ["build", ...options, source], cache, { BUN_INSTALL_CACHE_DIR: folder });
}

/** The npm peer lies in a folder of its own: it is no dependency of ours. It brings its native module prebuilt. */
function installNpmPeer(): void {
	const folder = built("npm");
	if (existsSync(join(folder, "node_modules/netlink/package.json"))) return;
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "package.json"), `${JSON.stringify({ private: true })}\n`);
	try {
		const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
		run("npm", ["install", "--save-exact", ...quiet, NPM_PEER], folder);
	} catch (error) {
		failed.set("npm", `npm install ${NPM_PEER}: ${(error as Error).message}`);
	}
}

function run(
	file: string,
	words: readonly string[],
	cwd = cache,
	environment: Readonly<Record<string, string>> = {},
): void {
	execFileSync(file, words, {
		cwd,
		env: { ...process.env, ...environment },
		stdio: ["ignore", "ignore", "inherit"],
	});
}
