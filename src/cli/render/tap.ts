import type { Count, TapReport, TapStatus } from "../../service/reports.js";
import { flagName } from "../../spec/field.js";
import { tapSettings } from "../../spec/fields.js";
import { accountName, type Names } from "./account.js";
import type { Paint } from "./paint.js";
import { printableJson } from "./printable.js";
import { table } from "./table.js";

/** How the guest is connected, in a few words: `nat via eth1`, `bridged, br0 with eth1`. */
export function connection({ mode, bridge, uplink }: TapReport): string {
	const way = mode === "nat" && uplink !== undefined ? `nat via ${uplink}` : mode;
	if (bridge === undefined) return way;
	const port = mode === "bridged" && uplink !== undefined ? ` with ${uplink}` : "";
	return `${way}, port of ${bridge}${port}`;
}

function features(tap: TapReport, names: Names): string {
	const told = Object.entries(tapSettings).flatMap(([name, [, flag]]) => {
		const value = tap[name as keyof typeof tapSettings];
		if (value === undefined || value === false) return [];
		const word = flagName(flag).slice(2);
		const shown = name === "owner" || name === "group" ? accountName(name, tap, names) : value;
		return [value === true ? word : `${word} ${shown}`];
	});
	return told.join(", ");
}

/** What its guest may send, where that is not what every guest may. */
function guardOf({ guard, isolation }: TapReport): string {
	const words = [guard === "basic" ? undefined : guard, isolation ? "isolated" : undefined];
	return words.filter((word) => word !== undefined).join(", ");
}

/** `12 mac (1024 bytes), 3 rogue (300 bytes)` */
const droppedOf = ({ drops = {} }: Shown): string =>
	Object.entries(drops)
		.map(([reason, { packets, bytes }]) => `${packets} ${reason} (${bytes} bytes)`)
		.join(", ");

/** A tap that was made, or as it is now. */
type Shown = TapReport & Pick<TapStatus, "drops" | "traffic">;

const limitsOf = ({ limits = {} }: TapReport): string =>
	Object.entries(limits)
		.map(([name, value]) => `${name} ${value}`)
		.join(", ");

const countOf = ({ packets, bytes }: Count): string => `${bytes} bytes in ${packets} packets`;
const trafficOf = ({ traffic }: Shown): string | undefined =>
	traffic && `received ${countOf(traffic.download)}, sent ${countOf(traffic.upload)}`;

/** One tap with what was made for it, and launch arguments for its guest. */
export function renderTap(tap: Shown, paint: Paint, names: Names): readonly string[] {
	const guest = [...tap.guest.addresses, ...(tap.guest.mac === undefined ? [] : [tap.guest.mac])];
	const { launch } = tap;
	const rows: [string, string | undefined][] = [
		["network", `${tap.network}: ${connection(tap)}`],
		["tap", features(tap, names)],
		["host side", tap.addresses.join(", ")],
		["guest side", guest.join(", ")],
		["guard", guardOf(tap)],
		["published", (tap.publish ?? []).join(", ")],
		["limits", limitsOf(tap)],
		["traffic", trafficOf(tap)],
		["dropped", droppedOf(tap)],
		["UML", launch.uml],
		["UML, vector", launch.umlVector],
		["QEMU", launch.qemu.join(" ")],
		["Firecracker", launch.firecracker && printableJson(launch.firecracker, 0)],
		["guest kernel", launch.ip],
		["in the guest", launch.inGuest.join("; ")],
	];
	const filled = rows.flatMap(([label, value]) => (value ? [[`  ${label}`, value]] : []));
	const notes = tap.multiQueue
		? [
				"  UML and Firecracker cannot open a multi-queue tap: make it without --multi-queue for them",
			]
		: [];
	return [paint.bold(tap.name), ...table(filled), ...notes];
}

/** Several taps, separated by empty lines. Without `names` their owners are printed as numbers. */
export const renderTaps = (
	taps: readonly Shown[],
	paint: Paint,
	names?: Names,
): readonly string[] =>
	taps.flatMap((tap, i) => [...(i === 0 ? [] : [""]), ...renderTap(tap, paint, names)]);
