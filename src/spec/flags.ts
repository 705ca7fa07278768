import { assembleSpec, type SpecOptions } from "./assembly.js";
import { type Field, type Fields, type FlagsOf, flagKey, flagName } from "./field.js";
import { guestFields, networkFields, tapFields } from "./fields.js";
import type { NetworkInput } from "./input.js";
import { Issues } from "./issues.js";
import type { Spec } from "./model.js";
import { treeOf } from "./object.js";
import type { Entry, Node } from "./tree.js";

/** One tap as the flags of `up` describe it. */
export interface Flags
	extends FlagsOf<typeof tapFields>,
		FlagsOf<typeof guestFields>,
		FlagsOf<typeof networkFields> {
	readonly tap: string;
}

/**
 * The spec of one tap described by flags, in a network named after the bridge, or else after the tap. @throws SpecError
 * with every issue
 */
export function specFromFlags(flags: Flags, options: SpecOptions = {}): Spec {
	const issues = new Issues();
	const { tap, bridge } = flags;
	const name = bridge ?? tap;
	checkUplink(flags, name, issues);
	const { mode: nat, addresses, ...said } = nodesOf(networkFields, flags);
	const mode = nat !== undefined ? "nat" : bridge === undefined ? "host-only" : "bridged";
	const { egress, host, ...ofTap } = nodesOf(tapFields, flags);
	// A tap without a bridge is all of its network. On a bridge there may be other guests already.
	const policy = { egress, host };
	const network = fields({
		...said,
		...(bridge === undefined && policy),
		mode: given("TAP", mode),
		uplink: nat ?? (bridge === undefined ? undefined : said.uplink),
		addresses: bridge === undefined ? undefined : addresses,
	});
	const one = fields({
		...ofTap,
		...(bridge !== undefined && policy),
		network: given("TAP", name),
		addresses: bridge === undefined ? addresses : undefined,
		guest: fields(nodesOf(guestFields, flags)),
	});
	const root = fields({
		version: given("TAP", 1),
		networks: fields({ [name]: network }),
		taps: fields({ [tap]: one }),
	});
	return assembleSpec({ root, anyNetworkName: true }, issues, options);
}

/** A network that is described elsewhere. */
export interface KnownNetwork {
	readonly name: string;
	/** As a spec has it. */
	readonly network: NetworkInput;
}

/**
 * The spec of one tap described by flags, in a network that is known. Of the flags of networks only --address is for a tap,
 * whose own addresses replace those of a network without a bridge. @throws SpecError with every issue
 */
export function specInNetwork(
	flags: Flags,
	{ name, network }: KnownNetwork,
	options: SpecOptions = {},
): Spec {
	const issues = new Issues();
	const { addresses, ...others } = nodesOf(networkFields, flags);
	for (const node of Object.values(others))
		if (node !== undefined)
			issues.add(
				["networks", name],
				"is taken as it is: this flag describes a network",
				"leave out one of the two",
				String(node.mark),
			);
	const one = fields({
		...nodesOf(tapFields, flags),
		network: given("--network", name),
		addresses,
		guest: fields(nodesOf(guestFields, flags)),
	});
	const root = fields({
		version: given("TAP", 1),
		networks: fields({ ...reachedBy(network), [name]: treeOf(network, issues) }),
		taps: fields({ [flags.tap]: one }),
	});
	return assembleSpec({ root, anyNetworkName: true }, issues, options);
}

/**
 * The other networks that a network reaches, which a spec must describe, and of which nothing more than the name matters:
 * there is no tap of them here.
 */
const reachedBy = ({ reaches = [] }: NetworkInput): Readonly<Record<string, Node>> =>
	Object.fromEntries(
		reaches.map((name) => [name, fields({ mode: given("--network", "host-only") })]),
	);

/** --uplink is for a tap on a bridge; behind NAT the uplink is named by --nat. */
function checkUplink({ uplink, nat, bridge }: Flags, network: string, issues: Issues): void {
	const path = ["networks", network, "uplink"];
	if (uplink !== undefined && nat !== undefined)
		issues.add(
			path,
			"excludes --nat: a tap is either bridged or translated",
			"choose one",
			"--uplink",
		);
	else if (uplink !== undefined && bridge === undefined)
		issues.add(path, "needs --bridge: it becomes a port of it", "--bridge br0", "--uplink");
}

/** The given flags that set some fields, by field. */
function nodesOf<T extends Fields>(
	table: T,
	flags: Flags,
): { readonly [K in keyof T]?: Node | undefined } {
	const nodes: { [K in keyof T]?: Node | undefined } = {};
	for (const name in table) {
		const [format, flag] = table[name] as Field;
		if (flag === undefined) continue;
		const value: unknown = flags[flagKey(flag) as keyof Flags];
		nodes[name] =
			format.is === "limits"
				? assigned(flagName(flag), value)
				: given(flagName(flag), format.is === "number" ? numeral(value) : value);
	}
	return nodes;
}

/** The value of a flag, marked with the flag's name; undefined if the flag was not given. */
function given(flag: string, value: unknown): Node | undefined {
	if (value === undefined) return undefined;
	if (!Array.isArray(value)) return { kind: "scalar", value, mark: flag };
	const items = value.map((item: unknown): Node => ({ kind: "scalar", value: item, mark: flag }));
	return { kind: "list", items, mark: flag };
}

/** What `NAME=VALUE` says, one after the other: the last of a name counts. */
function assigned(flag: string, value: unknown): Node | undefined {
	if (!Array.isArray(value)) return given(flag, value);
	const entries = value.map((item: unknown): readonly [string, Entry] => {
		const [, name = "", text] = /^([^=]*)=?(.*)$/s.exec(`${item}`) ?? [];
		const said = name === "connections" ? numeral(text) : text;
		return [name, { key: flag, node: { kind: "scalar", value: said, mark: flag } }];
	});
	return { kind: "fields", entries: new Map(entries), mark: flag };
}

/** Issues about the tap as a whole are marked TAP. */
function fields(nodes: Readonly<Record<string, Node | undefined>>): Node {
	const entries = new Map<string, Entry>();
	for (const [name, node] of Object.entries(nodes))
		if (node !== undefined)
			entries.set(name, { key: node.kind === "list" ? node.mark : "TAP", node });
	return { kind: "fields", entries, mark: "TAP" };
}

/** The values of flags are text, so numbers must be converted. */
function numeral(value: unknown): unknown {
	return typeof value === "string" && /^-?[0-9]+$/.test(value) ? Number(value) : value;
}
