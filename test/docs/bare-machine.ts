import { spawnSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { npm } from "../library/runtimes.js";

export const project = join(import.meta.dirname, "../..");

/** The result of a script. */
export interface Pasted {
	/** Each command that failed, with its exit status. */
	readonly failed: readonly string[];
	readonly stdout: string;
	/** Both output streams, for the message of a failing test. */
	readonly said: string;
}

/**
 * A freshly installed machine with an uplink eth1 that has an address and the default route. It consists of temporary
 * namespaces, in which nobody else sees what is written to the file system. The package is installed from its tarball.
 */
export class BareMachine {
	readonly #directory = mkdtempSync(join(tmpdir(), "umlnet-nl-bare-"));
	readonly #stubs = join(this.#directory, "stubs");
	/** A file that exists as soon as the machine is ready. */
	readonly #ready = join(this.#directory, "ready");
	#tarball = "";

	/** Pack the build, and install it as npm does, below a prefix of its own. */
	async install(): Promise<void> {
		// A user of the machine who is not root finds what is installed.
		chmodSync(this.#directory, 0o755);
		for (const name of ["stubs", "prefix", "program", "overlay"])
			mkdirSync(join(this.#directory, name));
		const { stdout } = await npm(project, "pack", "--pack-destination", this.#directory);
		this.#tarball = join(this.#directory, stdout.trim());
		await npm(
			this.#directory,
			"install",
			"--global",
			"--prefer-offline",
			"--prefix",
			"prefix",
			this.#tarball,
		);
		mkdirSync(join(this.#directory, "program/node_modules"));
		symlinkSync(this.installed, join(this.#directory, "program/node_modules/umlnet-nl"));
		for (const [name, text] of Object.entries(this.#programs()))
			writeFileSync(join(this.#stubs, name), text, { mode: 0o755 });
	}

	/** The directory of the installed package. */
	get installed(): string {
		return join(this.#directory, "prefix/lib/node_modules/umlnet-nl");
	}

	/** Run lines of shell as if they were pasted, in a checkout. */
	paste(script: string): Pasted {
		const log = join(this.#directory, "failed");
		writeFileSync(log, "");
		rmSync(this.#ready, { force: true });
		const { stdout, stderr, error } = spawnSync(
			"unshare",
			["-n", "-m", "-p", "--fork", "--kill-child", "--mount-proc", "bash"],
			{
				cwd: project,
				encoding: "utf8",
				input: `${this.#setUp()}\ntrap 'echo "$BASH_COMMAND: $?" >>${log}' ERR\n${script}\n`,
				timeout: 120_000,
				env: {
					PATH: [this.#stubs, join(this.#directory, "prefix/bin"), dirname(process.execPath)]
						.concat("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
						.join(":"),
					HOME: join(this.#directory, "overlay"),
					LOG: log,
				},
			},
		);
		if (error !== undefined) throw error;
		if (!existsSync(this.#ready)) throw new Error(`no bare machine could be made: ${stderr}`);
		const failed = readFileSync(log, "utf8")
			.split("\n")
			.filter((line) => line !== "");
		return { failed, stdout, said: `${stdout}\n${stderr}` };
	}

	/** Run a program that imports the package. */
	run(text: string): Pasted {
		const file = join(this.#directory, "program/program.mjs");
		writeFileSync(file, text);
		return this.paste(`node ${file}`);
	}

	close(): void {
		rmSync(this.#directory, { recursive: true });
	}

	#setUp(): string {
		const overlay = join(this.#directory, "overlay");
		return `
			set -e
			mount --make-rprivate /
			mount -t tmpfs none ${overlay}
			for place in /etc /usr/local ${project}; do
				mkdir -p ${overlay}$place/upper ${overlay}$place/work
				mount -t overlay overlay -o lowerdir=$place,upperdir=${overlay}$place/upper,workdir=${overlay}$place/work $place
			done
			cd ${project}
			mount -t tmpfs none /run
			mount -t tmpfs none /var/cache
			mkdir -p /run/netns
			ip link set lo up
			ip link add eth1 type veth peer name beyond
			ip addr add 203.0.113.10/24 dev eth1
			ip link set eth1 up
			ip link set beyond up
			ip route add default via 203.0.113.1 dev eth1
			touch ${this.#ready}
			set +e
		`;
	}

	/**
	 * Replacements for programs that install or start something: known uses act on what is there, and any other use
	 * fails.
	 */
	#programs(): Readonly<Record<string, string>> {
		const isScript =
			"node -e 'process.exit(require(\"./package.json\").scripts[process.argv[1]] ? 0 : 1)'";
		const unit = '/etc/systemd/system/"$name".service';
		return {
			npm: `#!/bin/bash
				case "$*" in
				ci) [ -e package-lock.json ] ;;
				test|"test -- "*) ${isScript} test ;;
				"pack --silent") echo ${this.#tarball} ;;
				"install -g "*) [ "$3" = ${this.#tarball} ] ;;
				"root -g") echo ${dirname(this.installed)} ;;
				"uninstall -g umlnet-nl") ;;
				"--prefix "*" ci") [ -e "$2/package-lock.json" ] ;;
				"--prefix "*" run "*) cd "$2" && ${isScript} "$4" ;;
				"run build:bin"*)
					mkdir -p bin
					printf '#!/bin/sh\\nexec ${process.execPath} ${this.installed}/dist/bin/umlnet-nl.cjs "$@"\\n' >bin/umlnet-nl
					cp systemd/umlnet-nl.service docs/man/* bin ;;
				"run "*) ${isScript} "$2" ;;
				*) false ;;
				esac || { echo "npm $*: $?" >>$LOG; exit 64; }
			`,
			npx: '#!/bin/sh\n[ "$1 $2" = "vitest run" ] && shift 2 && ls -d "$@" >/dev/null || { echo "npx $*" >>$LOG; exit 64; }\n',
			// What systemd would do with the unit, without systemd.
			systemctl: `#!/bin/bash
				name=\${@: -1}
				run() { set -a; [ ! -e /etc/default/$name ] || . /etc/default/$name; eval "$(sed -n "s/^$1=//p" ${unit})"; }
				case "$*" in
				daemon-reload) ;;
				"enable --now umlnet-nl") systemd-analyze verify ${unit} && run ExecStart ;;
				"reload umlnet-nl") run ExecReload ;;
				"stop umlnet-nl"|"disable --now umlnet-nl") run ExecStop ;;
				*) false ;;
				esac || { echo "systemctl $*: $?" >>$LOG; exit 64; }
			`,
		};
	}
}

/** The fenced code blocks of a document in some language. */
export function blocks(document: string, language: string): readonly string[] {
	const found = document.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"));
	return [...found].map(([, text = ""]) => text);
}
