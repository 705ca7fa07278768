import type { Kernel } from "../../kernel/kernel.js";
import { isSettingPath } from "../setting-path.js";
import { isLine } from "../shape.js";

/** A setting of one interface: a directory below /proc/sys/net, and a name in it. */
export type Setting = readonly [directory: string, name: string, value: string];

/** The directories in which every interface has a directory of its own. */
const DIRECTORIES = ["ipv4/conf", "ipv6/conf", "ipv4/neigh", "ipv6/neigh"] as const;

/** Settings that repeat others: the MTU of IPv6 is the link's, and some settings of neighbours exist in two units. */
const SAID_BY_OTHERS: ReadonlySet<string> = new Set([
	"ipv6/conf mtu",
	"ipv4/neigh base_reachable_time",
	"ipv4/neigh retrans_time",
	"ipv4/neigh unres_qlen",
	"ipv6/neigh base_reachable_time",
	"ipv6/neigh retrans_time",
	"ipv6/neigh unres_qlen",
]);

/**
 * The settings of a new interface. The defaults for neighbours are only visible in the first network namespace
 * (arp_init, net/ipv4/arp.c); elsewhere the loopback interface shows them, for which nobody changes them.
 */
function usualSettings(kernel: Kernel, directory: string): ReadonlyMap<string, string> {
	const usual = kernel.readSysctls(`net/${directory}/default`);
	return usual.size > 0 ? usual : kernel.readSysctls(`net/${directory}/lo`);
}

/**
 * The settings of an interface that differ from those of a new interface, because somebody has changed them. Reads the
 * kernel.
 */
export const chosenSettings = (kernel: Kernel, link: string): readonly Setting[] =>
	DIRECTORIES.flatMap((directory) => {
		const usual = usualSettings(kernel, directory);
		const own = kernel.readSysctls(`net/${directory}/${link}`);
		return [...own]
			.filter(([name, value]) => usual.get(name) !== undefined && usual.get(name) !== value)
			.filter(([name]) => !SAID_BY_OTHERS.has(`${directory} ${name}`))
			.map(([name, value]): Setting => [directory, name, value]);
	});

/**
 * Settings that we may have made on a bridge ourselves (address.ts), or that only a daemon's socket makes
 * (ip_mroute_setsockopt).
 */
const NOT_CHOSEN: ReadonlySet<string> = new Set([
	...SAID_BY_OTHERS,
	"ipv4/conf promote_secondaries",
	"ipv4/conf mc_forwarding",
	"ipv6/conf mc_forwarding",
]);

/** A setting that somebody has changed on one link, and its value on another. */
export interface ChangedSetting {
	readonly setting: Setting;
	readonly before: string;
}

/**
 * What somebody has set on a link since it was made with these settings, and that differs from the link which it has
 * replaced. A setting that is not among them had its default. Reads the kernel.
 */
export const settingsChangedOn = (
	kernel: Kernel,
	{ link, instead }: { readonly link: string; readonly instead: string },
	given: readonly Setting[],
): readonly ChangedSetting[] =>
	DIRECTORIES.flatMap((directory) => {
		const read = (one: string) => kernel.readSysctls(`net/${directory}/${one}`);
		const [usual, own, others] = [usualSettings(kernel, directory), read(link), read(instead)];
		const was = new Map([
			...usual,
			...given.flatMap(([at, ...one]) => (at === directory ? [one] : [])),
		]);
		return [...own].flatMap(([name, value]): ChangedSetting[] => {
			const before = others.get(name);
			const isSame = before === undefined || value === before || value === was.get(name);
			if (isSame || NOT_CHOSEN.has(`${directory} ${name}`)) return [];
			return [{ setting: [directory, name, value], before }];
		});
	});

/** The path of a link's setting below /proc/sys. */
export const pathOf = ([directory, name]: Setting, link: string): string =>
	`net/${directory}/${link}/${name}`;

/** Whether a value from the journal is a setting. */
export const isSetting = (value: unknown): boolean =>
	Array.isArray(value) && isSettingPath(`net/${value[0]}/lo/${value[1]}`) && isLine(value[2]);
