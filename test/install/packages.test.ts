import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const project = join(import.meta.dirname, "../..");

let directory: string;
beforeAll(() => {
	directory = mkdtempSync(join(tmpdir(), "umlnet-nl-packages-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A package whose scripts start and enable a daemon, through policy-rc.d, as those of Debian do. */
const APT_GET = `#!/bin/sh
echo "apt-get $*" >>$LOG
[ "$1" = install ] || exit 0
printf '#!/bin/sh\\n### BEGIN INIT INFO\\n# Provides: papers\\n# Default-Start: 2 3 4 5\\n# Default-Stop: 0 1 6\\n# Required-Start:\\n# Required-Stop:\\n### END INIT INFO\\n' >/etc/init.d/papers
chmod 755 /etc/init.d/papers
update-rc.d papers defaults
if /usr/sbin/policy-rc.d papers start; then echo "started papers" >>$LOG; fi
`;

/** Run the script with a private file system, and return what it leaves. */
function install(
	policy: string | undefined,
	last = "",
): { log: string; said: string; left: string } {
	const log = join(directory, "log");
	writeFileSync(log, "");
	writeFileSync(join(directory, "apt-get"), APT_GET + last, { mode: 0o755 });
	const script = `
		set -e
		mount --make-rprivate /
		mount -t tmpfs none ${directory}/overlay
		for place in etc usr/sbin; do
			mkdir -p ${directory}/overlay/$place/upper ${directory}/overlay/$place/work
			mount -t overlay overlay -o lowerdir=/$place,upperdir=${directory}/overlay/$place/upper,workdir=${directory}/overlay/$place/work /$place
		done
		rm -f /usr/sbin/policy-rc.d
		${policy === undefined ? "" : `printf '${policy}' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d`}
		. scripts/packages.sh
		debian_packages no-such-package-of-ours bash >&2 || echo "not installed"
		ls /usr/sbin/policy-rc.d /etc/rc2.d/*papers 2>/dev/null || true
	`;
	spawnSync("mkdir", ["-p", join(directory, "overlay")]);
	const { stdout, stderr, status } = spawnSync("unshare", ["-m", "bash", "-c", script], {
		cwd: project,
		encoding: "utf8",
		env: { PATH: `${directory}:/usr/sbin:/usr/bin:/sbin:/bin`, LOG: log },
	});
	expect(status, stderr).toBe(0);
	return { log: readFileSync(log, "utf8"), said: stderr, left: stdout };
}

test("what is installed is said, and no service is started or left enabled", () => {
	const { log, said, left } = install(undefined);
	expect(log).toBe(
		"apt-get update -qq\napt-get install -y -qq --no-install-recommends no-such-package-of-ours\n",
	);
	expect(said).toContain("installing no-such-package-of-ours by apt-get");
	expect(said).toContain("apt-get purge --autoremove no-such-package-of-ours");
	expect(left).toMatch(/^\/etc\/rc2\.d\/K\d\dpapers\n$/);
});

test("what stops the services of packages does not outlive an installation that is called off", () => {
	const { log, left } = install(undefined, "kill -TERM $PPID\n");
	expect(log).toContain("apt-get install");
	expect(left).toMatch(/^not installed\n/);
	expect(left).not.toContain("policy-rc.d");
});

test("a machine's own word on services stays as it is", () => {
	const { log, left } = install("#!/bin/sh\\nexit 0\\n");
	expect(log).toContain("started papers");
	expect(left).toContain("/usr/sbin/policy-rc.d\n");
});
