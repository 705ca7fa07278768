import type { Finding } from "../../service/diagnosis.js";
import { type Check, type Subject, warns } from "../check.js";
import { configFiles, matchesGlob, sectionsOf } from "../config-files.js";
import { linksOf } from "../links.js";

const NAME = "NetworkManager";
/** NetworkManager.conf(5): snippets, the most important place first. */
const SNIPPETS = [
	"/etc/NetworkManager/conf.d",
	"/run/NetworkManager/conf.d",
	"/usr/lib/NetworkManager/conf.d",
];
const CONFIG = "/etc/NetworkManager/NetworkManager.conf";

/** Whether one item of a list of devices names an interface. MAC addresses and other properties are not looked at. */
function names(item: string, name: string): boolean {
	const [, kind = "", pattern = ""] = /^([a-z-]+):=?(.*)$/.exec(item.trim()) ?? [];
	if (item.trim() === "*") return true;
	if (kind === "interface-name") return matchesGlob(pattern, name);
	return ["type", "driver"].includes(kind) && pattern === "tun";
}

/** Whether the configuration tells it to leave an interface alone. */
function isLeftAlone({ facts }: Subject, name: string): boolean {
	const texts = [...configFiles(facts, SNIPPETS, ".conf"), CONFIG].map((path) => facts.file(path));
	const lists = texts
		.flatMap((text) => sectionsOf(text ?? ""))
		.flatMap(({ name: section, values }) => {
			if (section === "keyfile") return values.get("unmanaged-devices") ?? [];
			const isUnmanaged =
				/^device/.test(section) && /^(0|false|no)$/.test(values.get("managed")?.at(-1) ?? "");
			return isUnmanaged ? (values.get("match-device") ?? []) : [];
		});
	const items = lists.flatMap((list) => list.split(/[;,]/)).map((item) => item.trim());
	const isExcepted = items.some((item) => item.startsWith("except:") && names(item.slice(7), name));
	return !isExcepted && items.some((item) => names(item, name));
}

/** What it says of an interface while it runs: a file with its index, NetworkManager(8). */
function isManaged({ facts }: Subject, index: number): boolean | undefined {
	const text = facts.file(`/run/NetworkManager/devices/${index}`);
	if (text === undefined) return undefined;
	const device = sectionsOf(text).find(({ name }) => name === "device");
	return device?.values.get("managed")?.at(-1) === "true";
}

/** Whether NetworkManager runs, and what it does to our interfaces. */
export const networkManager: Check = {
	check: NAME,
	of: "host",
	run(subject): readonly Finding[] {
		const [pid] = subject.facts.processes(NAME);
		if (pid === undefined) return [];
		const process = `process ${pid}: ${NAME}`;
		if (subject.name === undefined) {
			if (isLeftAlone(subject, "tap0")) return [];
			return [
				warns({
					code: "FINDING_NETWORK_MANAGER",
					message: `${NAME} runs, and nothing tells it to leave taps alone: a profile without an interface's name may take them, and their addresses with them`,
					evidence: [process, "no unmanaged-devices that names taps"],
					remedy: `printf '[keyfile]\\nunmanaged-devices=interface-name:tap*\\n' > /etc/NetworkManager/conf.d/90-taps.conf && nmcli general reload`,
				}),
			];
		}
		return linksOf(subject).flatMap(({ name, index }) => {
			if (isManaged(subject, index) !== true) return [];
			return [
				warns({
					code: "FINDING_NETWORK_MANAGER",
					message: `${NAME} manages ${name}: what its profile says of addresses, routes and the bridge comes back at the next activation or lease`,
					evidence: [process, `/run/NetworkManager/devices/${index}: managed=true`],
					remedy: `nmcli device set ${name} managed no`,
				}),
			];
		});
	},
};
