import type { Accounts } from "./accounts.js";
import type { Complete, Given } from "./field.js";
import { guestFields, networkFields, poolFields, tapFields } from "./fields.js";
import type { Issues } from "./issues.js";
import type { NetworkPool } from "./model.js";
import { checkInterfaceName, checkNetworkName } from "./names.js";
import { type Read, type ReadContext, readerOf } from "./reading.js";
import { readMessage } from "./shape.js";
import type { Node, Path } from "./tree.js";

/**
 * A spec whose values have been checked one by one, but not against each other. Every value in it is valid; invalid
 * ones are left out. Only names are kept in any case, so that references to them do not seem to lead nowhere.
 */
export interface Draft {
	readonly networks: ReadonlyMap<string, DraftNetwork>;
	readonly taps: ReadonlyMap<string, DraftTap>;
	/** Includes the names of invalid networks; undefined if they could not be read. */
	readonly networkNames: ReadonlySet<string> | undefined;
}

export interface DraftNetwork extends Read<typeof networkFields> {
	readonly name: string;
	readonly path: Path;
	readonly pool: Complete<NetworkPool> | undefined;
}

export interface DraftTap extends Read<typeof tapFields> {
	readonly name: string;
	readonly path: Path;
	readonly guest: Read<typeof guestFields>;
}

/** The type that readMessage returns. */
type RawPool = Given<typeof poolFields>;
type RawNetwork = Given<typeof networkFields> & { readonly pool: RawPool | undefined };
type RawGuest = Given<typeof guestFields>;
type RawTap = Given<typeof tapFields> & { readonly guest: RawGuest | undefined };
interface RawSpec {
	readonly version: number | undefined;
	readonly networks: ReadonlyMap<string, RawNetwork | undefined>;
	readonly taps: ReadonlyMap<string, RawTap | undefined>;
}

const readNetwork = readerOf("Network", networkFields);
const readPool = readerOf("Pool", poolFields);
const readTap = readerOf("Tap", tapFields);
const readGuest = readerOf("Guest", guestFields);

export interface DraftOptions {
	readonly defaultOwner: number;
	readonly accounts: Accounts;
	/** Set for networks made from flags, which have the names of interfaces. */
	readonly anyNetworkName?: boolean;
	/** Networks that are checked already. */
	readonly networks?: Draft["networks"] | undefined;
}

interface DraftContext extends ReadContext {
	readonly defaultOwner: number;
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
	const { accounts, defaultOwner } = options;
	const context = { accounts, defaultOwner, issues };
	for (const [name, network] of raw.networks) {
		const path = ["networks", name];
		if (options.anyNetworkName !== true) checkNetworkName(name, path, issues);
		if (network !== undefined) networks.set(name, draftNetwork(name, network, path, context));
	}
	for (const [name, tap] of raw.taps) {
		const path = ["taps", name];
		checkInterfaceName(name, path, issues);
		if (tap !== undefined) taps.set(name, draftTap(name, tap, path, context));
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
	context: DraftContext,
): DraftNetwork {
	const read = readNetwork(raw, path, context);
	const pool = raw.pool && draftPool(raw.pool, [...path, "pool"], context);
	return { name, path, pool, ...read };
}

function draftPool(raw: RawPool, path: Path, context: DraftContext): DraftNetwork["pool"] {
	const read = readPool(raw, path, context);
	const { size } = read;
	if (size === undefined) return undefined;
	const { low = Math.ceil(size / 4) } = read;
	if (low > size)
		context.issues.add([...path, "low"], `is ${low}, but the pool holds ${size} taps at most`);
	return { ...read, size, low, owner: ownerOf(read, context) };
}

/** A guest without any settings. */
const NO_GUEST: RawGuest = { addresses: undefined, mac: undefined };

function draftTap(name: string, raw: RawTap, path: Path, context: DraftContext): DraftTap {
	const read = readTap(raw, path, context);
	const guest = readGuest(raw.guest ?? NO_GUEST, [...path, "guest"], context);
	return { name, path, guest, ...read, owner: ownerOf(read, context) };
}

/** A tap without owner and group gets the invoking user as owner, because otherwise everybody could open it. */
const ownerOf = (
	{ owner, group }: Pick<DraftTap, "owner" | "group">,
	{ defaultOwner }: DraftContext,
): number | undefined => (owner === undefined && group === undefined ? defaultOwner : owner);
