import { type Check, warns } from "../check.js";
import { configFiles } from "../config-files.js";

/** Where sysctl(8) and systemd-sysctl(8) look, the most important one first. */
const DIRECTORIES = [
	"/etc/sysctl.d",
	"/run/sysctl.d",
	"/usr/local/lib/sysctl.d",
	"/usr/lib/sysctl.d",
];
/** sysctl(8) reads it last. */
const LAST = "/etc/sysctl.conf";
/** Two names of one setting, with dots or slashes between the parts. A minus says that errors are ignored. */
const LINE = /^\s*-?\s*net[./]ipv4[./](?:ip_forward|conf[./]all[./]forwarding)\s*=\s*(\S+)/gm;

/**
 * Whether files that are read at the next start, or at `sysctl --system`, turn forwarding off. The kernel then turns
 * it off for every interface, and not only for those without a setting of their own (inet_forward_change,
 * net/ipv4/devinet.c).
 */
export const forwardingReset: Check = {
	check: "forwarding in files",
	of: "host",
	run({ facts }) {
		if (facts.setting("net/ipv4/ip_forward") !== "1") return [];
		const paths = [...configFiles(facts, DIRECTORIES, ".conf"), LAST];
		const lines = paths.flatMap((path) =>
			[...(facts.file(path) ?? "").matchAll(LINE)].map(([line, value]) => ({ path, line, value })),
		);
		const last = lines.at(-1);
		if (last?.value !== "0") return [];
		return [
			warns({
				code: "FINDING_FORWARDING_RESET",
				message: `${last.path} turns forwarding off, of every interface, as soon as it is read again: by sysctl --system, or at the next start`,
				evidence: [`${last.path}: ${last.line.trim()}`, "net.ipv4.ip_forward = 1"],
				remedy:
					last.path === LAST
						? `sed -i 's|^.*ip_forward.*=.*|net.ipv4.ip_forward = 1|' ${LAST}`
						: "echo 'net.ipv4.ip_forward = 1' > /etc/sysctl.d/zz-ip-forward.conf",
			}),
		];
	},
};
