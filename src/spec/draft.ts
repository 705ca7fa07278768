import { type Cidr, sameAddress } from "../inet/cidr.js";
import { type Accounts, accountId } from "./accounts.js";
import { parseHost, parseSnatTo } from "./hosts.js";
import type { Issues } from "./issues.js";
import { parseMac } from "./mac.js";
import type { Network, NetworkPool, Tap } from "./model.js";
import { checkInterfaceName, checkNetworkName } from "./names.js";
import { readMessage } from "./shape.js";
import type { Node, Path } from "./tree.js";

/** A value, and where the user wrote it. */
export interface Placed<T> {
	readonly value: T;
	readonly path: Path;
}

type Maybe<T> = { readonly [K in keyof T]-?: T[K] | undefined };

/**
 * What a spec will be when the checks of one thing against another find nothing: every single value is good or gone.
 * Only names stay as they are, so that nothing beside them seems to be missing.
 */
export interface Draft {
	readonly networks: ReadonlyMap<string, DraftNetwork>;
	readonly taps: ReadonlyMap<string, DraftTap>;
	/** Also of networks that are no network; undefined where there is no telling. */
	readonly networkNames: ReadonlySet<string> | undefined;
}

export interface DraftNetwork
	extends Maybe<Pick<Network, "mode" | "bridge" | "uplink" | "snatTo" | "mtu" | "pool">>,
		Omit<Network, "mode" | "bridge" | "uplink" | "snatTo" | "mtu" | "pool" | "addresses"> {
	readonly path: Path;
	readonly addresses: readonly Placed<Cidr>[];
}

export interface DraftTap
	extends Maybe<Pick<Tap, "network" | "owner" | "group" | "mac" | "mtu">>,
		Pick<Tap, "name" | "multiQueue" | "vnetHdr" | "publish"> {
	readonly path: Path;
	readonly addresses: readonly Placed<Cidr>[];
	readonly guest: { readonly addresses: readonly Placed<Cidr>[]; readonly mac: string | undefined };
}

/** What readMessage returns: the schema's types, lists with holes where an element was wrong. */
type Raw<T> = {
	readonly [K in keyof T]-?: T[K] extends readonly string[]
		? readonly (string | undefined)[]
		: T[K] | undefined;
};
interface RawPool extends Raw<Omit<NetworkPool, "owner" | "group">> {
	readonly owner: number | string | undefined;
	readonly group: number | string | undefined;
}
interface RawNetwork extends Raw<Omit<Network, "name" | "pool">> {
	readonly pool: RawPool | undefined;
}
type RawGuest = Raw<Tap["guest"]>;
interface RawTap extends Raw<Omit<Tap, "name" | "owner" | "group" | "guest">> {
	readonly owner: number | string | undefined;
	readonly group: number | string | undefined;
	readonly guest: RawGuest | undefined;
}
interface RawSpec {
	readonly version: number | undefined;
	readonly networks: ReadonlyMap<string, RawNetwork | undefined>;
	readonly taps: ReadonlyMap<string, RawTap | undefined>;
}

export interface DraftOptions {
	readonly defaultOwner: number;
	readonly accounts: Accounts;
	/** Networks made from flags have the names of interfaces. */
	readonly anyNetworkName?: boolean;
	/** Read already. */
	readonly networks?: Draft["networks"] | undefined;
}

export function draftSpec(root: Node, options: DraftOptions, issues: Issues): Draft {
	const raw = readMessage("Spec", root, [], issues) as RawSpec | undefined;
	const networks = new Map<string, DraftNetwork>(options.networks);
	const taps = new Map<string, DraftTap>();
	if (raw === undefined) return { networks, taps, networkNames: undefined };
	if (raw.version === undefined)
		issues.addMissing(["version"], "is missing", "this schema is version: 1");
	else if (raw.version !== 1)
		issues.add(["version"], `is ${raw.version}; this umlnet-nl knows version 1`);
	for (const [name, network] of raw.networks) {
		const path = ["networks", name];
		if (options.anyNetworkName !== true) checkNetworkName(name, path, issues);
		if (network !== undefined)
			networks.set(name, draftNetwork(name, network, path, options, issues));
	}
	for (const [name, tap] of raw.taps) {
		const path = ["taps", name];
		checkInterfaceName(name, path, issues);
		if (tap !== undefined) taps.set(name, draftTap(name, tap, path, options, issues));
	}
	const networkNames = issues.has(["networks"])
		? undefined
		: new Set([...networks.keys(), ...raw.networks.keys()]);
	return { networks, taps, networkNames };
}

function draftNetwork(
	name: string,
	raw: RawNetwork,
	path: Path,
	options: DraftOptions,
	issues: Issues,
): DraftNetwork {
	if (raw.mode === undefined)
		issues.addMissing([...path, "mode"], "is missing", "nat, bridged, routed or host-only");
	for (const key of ["bridge", "uplink"] as const)
		if (raw[key] !== undefined) checkInterfaceName(raw[key], [...path, key], issues);
	if (raw.isolation === true) notYet([...path, "isolation"], issues);
	const snatTo = [...path, "snatTo"];
	return {
		name,
		path,
		mode: raw.mode,
		bridge: raw.bridge,
		uplink: raw.uplink,
		addresses: draftAddresses(raw.addresses, [...path, "addresses"], issues),
		snatTo: raw.snatTo === undefined ? undefined : parseSnatTo(raw.snatTo, snatTo, issues),
		proxyArp: raw.proxyArp ?? false,
		mtu: draftMtu(raw.mtu, [...path, "mtu"], issues),
		isolation: raw.isolation ?? false,
		forwarding: raw.forwarding ?? "interface",
		pool: raw.pool && draftPool(raw.pool, [...path, "pool"], options, issues),
	};
}

/** Filling it takes 0.2 ms a tap, and every one is a link that others have to read past. */
const MAX_POOL = 10_000;

function draftPool(
	raw: RawPool,
	path: Path,
	{ accounts, defaultOwner }: DraftOptions,
	issues: Issues,
): NetworkPool | undefined {
	const owner = accountId(raw.owner, "user", accounts, [...path, "owner"], issues);
	const group = accountId(raw.group, "group", accounts, [...path, "group"], issues);
	const { size, low = Math.ceil((size ?? 0) / 4), vnetHdr = false } = raw;
	if (size === undefined) issues.addMissing([...path, "size"], "is missing", "how many taps wait");
	else if (size < 1 || size > MAX_POOL)
		issues.add([...path, "size"], `is ${size}, must be 1 to ${MAX_POOL}`);
	else if (low > size)
		issues.add([...path, "low"], `is ${low}, but the pool holds ${size} taps at most`);
	if (size === undefined) return undefined;
	const access = owner === undefined && group === undefined ? { owner: defaultOwner } : {};
	return {
		size,
		low,
		...access,
		...(owner !== undefined && { owner }),
		...(group !== undefined && { group }),
		vnetHdr,
	};
}

function draftTap(
	name: string,
	raw: RawTap,
	path: Path,
	options: DraftOptions,
	issues: Issues,
): DraftTap {
	if (raw.network === undefined)
		issues.addMissing([...path, "network"], "is missing", "the name of one of the networks");
	if (raw.publish.length > 0) notYet([...path, "publish"], issues);
	const { accounts, defaultOwner } = options;
	const owner = accountId(raw.owner, "user", accounts, [...path, "owner"], issues);
	const group = accountId(raw.group, "group", accounts, [...path, "group"], issues);
	const guest = [...path, "guest"];
	return {
		name,
		path,
		network: raw.network,
		owner: owner === undefined && group === undefined ? defaultOwner : owner,
		group,
		mac: draftMac(raw.mac, [...path, "mac"], issues),
		mtu: draftMtu(raw.mtu, [...path, "mtu"], issues),
		multiQueue: raw.multiQueue ?? false,
		vnetHdr: raw.vnetHdr ?? false,
		addresses: draftAddresses(raw.addresses, [...path, "addresses"], issues),
		guest: {
			addresses: draftAddresses(raw.guest?.addresses ?? [], [...guest, "addresses"], issues),
			mac: draftMac(raw.guest?.mac, [...guest, "mac"], issues),
		},
		publish: raw.publish.flatMap((port) => port ?? []),
	};
}

/** Every guest is compared with every address of its host: the one list that must not grow with the farm. */
const MAX_ADDRESSES = 64;

function draftAddresses(
	texts: readonly (string | undefined)[],
	path: Path,
	issues: Issues,
): Placed<Cidr>[] {
	if (texts.length > MAX_ADDRESSES)
		issues.add(path, `are ${texts.length} addresses; ${MAX_ADDRESSES} at most`);
	const placed: Placed<Cidr>[] = [];
	for (const [i, text] of texts.slice(0, MAX_ADDRESSES).entries()) {
		if (text === undefined) continue;
		const value = parseHost(text, [...path, i], issues);
		if (value === undefined) continue;
		if (placed.some((other) => sameAddress(other.value.address, value.address)))
			issues.add([...path, i], `${value.text} is given twice`);
		else placed.push({ value, path: [...path, i] });
	}
	return placed;
}

function draftMac(text: string | undefined, path: Path, issues: Issues): string | undefined {
	return text === undefined ? undefined : parseMac(text, path, issues);
}

/** What tun_net_init() allows: ETH_MIN_MTU up to 65535 less an Ethernet header. */
function draftMtu(mtu: number | undefined, path: Path, issues: Issues): number | undefined {
	if (mtu === undefined || (mtu >= 68 && mtu <= 65_521)) return mtu;
	issues.add(path, `is ${mtu}, must be 68 to 65521`);
	return undefined;
}

/** Never taken and ignored. */
function notYet(path: Path, issues: Issues): void {
	issues.add(path, "is not yet there: this version cannot do it", "leave it out");
}
