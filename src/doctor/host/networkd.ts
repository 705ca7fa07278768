import type { Finding } from "../../service/diagnosis.js";
import { type Check, type Subject, warns } from "../check.js";
import { configFiles, matchesGlob, type Section, sectionsOf } from "../config-files.js";
import { linksOf } from "../links.js";

/** The kernel keeps 15 bytes of a name (TASK_COMM_LEN). */
const COMM = "systemd-networkd".slice(0, 15);
/** systemd.network(5), the most important place first. */
const DIRECTORIES = [
	"/etc/systemd/network",
	"/run/systemd/network",
	"/usr/local/lib/systemd/network",
	"/usr/lib/systemd/network",
];

const words = (section: Section, key: string): readonly string[] =>
	(section.values.get(key) ?? []).flatMap((value) => value.split(/\s+/)).filter(Boolean);

/** Whether the [Match] section of a file takes a tap with this name. A tap has the type `ether`, and the kind `tun`. */
function takesTap(match: Section, name: string): boolean {
	const known: Readonly<Record<string, (pattern: string) => boolean>> = {
		Name: (pattern) => matchesGlob(pattern, name),
		Type: (pattern) => matchesGlob(pattern, "ether"),
		Kind: (pattern) => matchesGlob(pattern, "tun"),
		Driver: (pattern) => matchesGlob(pattern, "tun"),
	};
	const keys = [...match.values.keys()];
	// Other keys ask for properties of hardware, or of the host, which nobody knows beforehand.
	if (keys.length === 0 || keys.some((key) => known[key] === undefined)) return false;
	return keys.every((key) => {
		const patterns = words(match, key);
		const isInverted = patterns[0]?.startsWith("!") === true;
		const found = patterns.some((one) => known[key]?.(one.replace(/^!/, "")) === true);
		return found !== isInverted;
	});
}

/** The first file that takes a tap is the one that counts. */
function fileFor({ facts }: Subject, name: string): string | undefined {
	for (const path of configFiles(facts, DIRECTORIES, ".network")) {
		const sections = sectionsOf(facts.file(path) ?? "");
		const match = sections.find((one) => one.name === "Match");
		if (match === undefined || !takesTap(match, name)) continue;
		const link = sections.find((one) => one.name === "Link");
		const isUnmanaged = /^(yes|true|1|on)$/.test(link?.values.get("Unmanaged")?.at(-1) ?? "");
		return isUnmanaged ? undefined : path;
	}
	return undefined;
}

/** The file by which it manages an interface while it runs. */
function managedBy({ facts }: Subject, index: number): string | undefined {
	const text = facts.file(`/run/systemd/netif/links/${index}`) ?? "";
	if (/^ADMIN_STATE=(unmanaged|)$/m.test(text)) return undefined;
	return /^NETWORK_FILE=(.+)$/m.exec(text)?.[1];
}

const unmanage = (name: string): string =>
	`printf '[Match]\\nName=${name}\\n[Link]\\nUnmanaged=yes\\n' > /etc/systemd/network/05-${name.replace("*", "")}.network && networkctl reload`;

/** Whether systemd-networkd runs, and what it does to our interfaces. */
export const networkd: Check = {
	check: "systemd-networkd",
	of: "host",
	run(subject): readonly Finding[] {
		const [pid] = subject.facts.processes(COMM);
		if (pid === undefined) return [];
		const process = `process ${pid}: systemd-networkd`;
		if (subject.name === undefined) {
			const path = fileFor(subject, "tap0");
			if (path === undefined) return [];
			return [
				warns({
					code: "FINDING_NETWORKD",
					message: `systemd-networkd runs, and ${path} takes taps as well: addresses and routes that are not in it may be removed`,
					evidence: [process, `${path}: [Match] takes tap0`],
					remedy: unmanage("tap*"),
				}),
			];
		}
		return linksOf(subject).flatMap(({ name, index }) => {
			const path = managedBy(subject, index);
			if (path === undefined) return [];
			return [
				warns({
					code: "FINDING_NETWORKD",
					message: `systemd-networkd manages ${name} by ${path}: what that says of addresses, routes and the bridge comes back when it is reloaded or a lease is renewed`,
					evidence: [process, `/run/systemd/netif/links/${index}: NETWORK_FILE=${path}`],
					remedy: unmanage(name),
				}),
			];
		});
	},
};
