import { assembleSpec, type SpecOptions } from "./assembly.js";
import { Issues } from "./issues.js";
import type { Spec } from "./model.js";
import type { Entry, Node } from "./tree.js";

/** One tap as `up TAP --flags` describes it. */
export interface Flags {
	readonly tap: string;
	readonly owner?: string | number;
	readonly group?: string | number;
	readonly addresses?: readonly string[];
	/** `--nat UPLINK` */
	readonly nat?: string;
	readonly snatTo?: string;
	readonly bridge?: string;
	readonly uplink?: string;
	readonly guestAddresses?: readonly string[];
	readonly guestMac?: string;
	readonly mac?: string;
	readonly mtu?: string | number;
	readonly multiQueue?: boolean;
	readonly vnetHdr?: boolean;
	readonly proxyArp?: boolean;
	readonly publish?: readonly string[];
}

/**
 * The spec of one tap described by flags, in one network named after the bridge or else the tap.
 * Throws SpecError with every issue.
 */
export function specFromFlags(flags: Flags, options: SpecOptions = {}): Spec {
	const issues = new Issues();
	const { tap, bridge, nat } = flags;
	const name = bridge ?? tap;
	const addresses = given("--address", flags.addresses);
	const network = fields({
		mode: given("TAP", nat !== undefined ? "nat" : bridge === undefined ? "host-only" : "bridged"),
		bridge: given("--bridge", bridge),
		uplink:
			given("--nat", nat) ?? (bridge === undefined ? undefined : given("--uplink", flags.uplink)),
		addresses: bridge === undefined ? undefined : addresses,
		snatTo: given("--snat-to", flags.snatTo),
		proxyArp: given("--proxy-arp", flags.proxyArp),
	});
	const path = ["networks", name, "uplink"];
	if (flags.uplink !== undefined && nat !== undefined)
		issues.add(
			path,
			"leaves no place for --nat: a tap is bridged or translated",
			"choose one",
			"--uplink",
		);
	else if (flags.uplink !== undefined && bridge === undefined)
		issues.add(path, "needs --bridge: it becomes a port of it", "--bridge br0", "--uplink");
	const guest = fields({
		addresses: given("--guest-address", flags.guestAddresses),
		mac: given("--guest-mac", flags.guestMac),
	});
	const one = fields({
		network: given("TAP", name),
		owner: given("--owner", flags.owner),
		group: given("--group", flags.group),
		mac: given("--mac", flags.mac),
		mtu: given("--mtu", numeral(flags.mtu)),
		multiQueue: given("--multi-queue", flags.multiQueue),
		vnetHdr: given("--vnet-hdr", flags.vnetHdr),
		addresses: bridge === undefined ? addresses : undefined,
		guest,
		publish: given("--publish", flags.publish),
	});
	const root = fields({
		version: given("TAP", 1),
		networks: fields({ [name]: network }),
		taps: fields({ [tap]: one }),
	});
	return assembleSpec({ root, anyNetworkName: true }, issues, options);
}

/** What stands in a flag, marked with its name; undefined where the flag was not given. */
function given(flag: string, value: unknown): Node | undefined {
	if (value === undefined) return undefined;
	if (!Array.isArray(value)) return { kind: "scalar", value, mark: flag };
	const items = value.map((item: unknown): Node => ({ kind: "scalar", value: item, mark: flag }));
	return { kind: "list", items, mark: flag };
}

/** Issues about the tap as such are marked TAP. */
function fields(nodes: Readonly<Record<string, Node | undefined>>): Node {
	const entries = new Map<string, Entry>();
	for (const [name, node] of Object.entries(nodes))
		if (node !== undefined)
			entries.set(name, { key: node.kind === "list" ? node.mark : "TAP", node });
	return { kind: "fields", entries, mark: "TAP" };
}

/** A command line knows text only. */
function numeral(value: string | number | undefined): string | number | undefined {
	return typeof value === "string" && /^-?[0-9]+$/.test(value) ? Number(value) : value;
}
