import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { built, bun, cache, root, sources } from "./paths.js";

/** The peers, and what is needed to build them, as Debian packages. */
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

/** Why something could not be installed, which its rows then say while the others go on; otherwise undefined. */
export const guard = (what: "npm"): string | undefined => failed.get(what);

/** The version of a Debian package, if it is installed. */
export function packageVersion(name: string): string | undefined {
	const query = ["-W", "-f", `\${db:Status-Status} \${Version}`, name];
	const { stdout } = spawnSync("dpkg-query", query, { encoding: "utf8" });
	const [status, version] = (stdout ?? "").split(" ");
	return status === "installed" ? version : undefined;
}

/** Install what is missing and build our programs. @throws Error if a peer that every row needs is not available */
export function install(): void {
	mkdirSync(cache, { recursive: true });
	run("bash", ["-ec", '. scripts/packages.sh; debian_packages "$@"', "bash", ...PACKAGES], root);
	for (const name of ["c_floor", "exec", "machine"]) {
		const source = join(sources, `${name}.c`);
		run("gcc", ["-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", built(name), source]);
	}
	// Debian ships Go libraries as sources in a GOPATH, so nothing is downloaded.
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

/** Build a program that does nothing, in the same way as our single file. */
function buildBare(): void {
	const folder = built("bare");
	mkdirSync(folder, { recursive: true });
	const source = join(folder, "bun_bare.cjs");
	writeFileSync(source, 'require("node:fs").writeSync(1, "\\n");\n');
	const options = ["--compile", "--bytecode", "--format=cjs", "--outfile", built("bun_bare")];
	run(bun, ["build", ...options, source], cache, { BUN_INSTALL_CACHE_DIR: folder });
}

/** The npm peer is in a folder of its own, because it is not a dependency of ours. Its native module is prebuilt. */
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
