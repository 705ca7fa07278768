import { formatAddress } from "../inet/cidr.js";
import { type Accounts, systemAccounts } from "./accounts.js";
import { checkDraft } from "./check.js";
import { checkedSpecs } from "./checked.js";
import { type Draft, type DraftNetwork, type DraftTap, draftSpec } from "./draft.js";
import type { Issues } from "./issues.js";
import type { Network, NetworkPool, Spec, Tap } from "./model.js";
import type { Node } from "./tree.js";

/** How a spec is read. */
export interface SpecOptions {
	/** File name for messages. */
	readonly source?: string;
	/** Owner of taps that name neither owner nor group; root where the caller says nothing. */
	readonly defaultOwner?: number;
	/** Default: /etc/passwd and /etc/group. */
	readonly accounts?: Accounts;
}

export interface Written {
	/** Undefined where it could not be read, and `issues` says why. */
	readonly root: Node | undefined;
	/** What marks are offsets of. */
	readonly text?: string;
	/** Networks made from flags have the names of interfaces. */
	readonly anyNetworkName?: boolean;
	/** The networks are those of this one, which was read whole; none were written. */
	readonly networksOf?: Spec;
}

/** The Spec of what the user wrote. Throws SpecError with every issue, those already in `issues` included. */
export function assembleSpec(written: Written, issues: Issues, options: SpecOptions): Spec {
	const { root, text, anyNetworkName = false, networksOf } = written;
	const { source, defaultOwner = 0, accounts = systemAccounts() } = options;
	const networks = networksOf && checkedSpecs.get(networksOf);
	const draft =
		root === undefined
			? undefined
			: draftSpec(root, { accounts, defaultOwner, anyNetworkName, networks }, issues);
	if (draft !== undefined) checkDraft(draft, issues);
	issues.throwIfAny(root, source, text);
	if (draft === undefined) throw new Error("a spec without root and without issues");
	const spec = specOf(draft, networksOf?.networks);
	// A guest's own is used once; each one that is kept here costs every young collection.
	if (networksOf === undefined) checkedSpecs.set(spec, draft.networks);
	return spec;
}

function specOf(draft: Draft, known: Spec["networks"] | undefined): Spec {
	const networks = known ?? byName([...draft.networks.values()].map(networkOf));
	const taps = [...draft.taps.values()].map((tap) => tapOf(tap, draft));
	return Object.freeze({ version: 1, networks, taps: byName(taps) });
}

/** Without Object.prototype: looking up `constructor` finds nothing. */
function byName<T extends { readonly name: string }>(
	values: readonly T[],
): Readonly<Record<string, T>> {
	const record: Record<string, T> = Object.create(null);
	for (const value of values) record[value.name] = value;
	return Object.freeze(record);
}

function networkOf({ path: _, ...draft }: DraftNetwork): Network {
	const { mode, addresses, snatTo, pool } = draft;
	if (mode === undefined) throw new Error("a network without mode and without issue");
	return frozen<Network>({
		...draft,
		mode,
		addresses: textsOf(addresses),
		snatTo: Object.freeze(snatTo.map(({ value }) => formatAddress(value.address))),
		pool: pool && frozen<NetworkPool>(pool),
	});
}

function tapOf({ path: _, ...draft }: DraftTap, { networks }: Draft): Tap {
	const { network = "", guest, publish } = draft;
	const inherited = networks.get(network);
	const own = draft.addresses.length > 0 ? draft.addresses : (inherited?.addresses ?? []);
	return frozen<Tap>({
		...draft,
		network,
		addresses: textsOf(inherited?.bridge === undefined ? own : []),
		guest: frozen<Tap["guest"]>({ ...guest, addresses: textsOf(guest.addresses) }),
		publish: Object.freeze(publish.map(({ value }) => value.text)),
	});
}

function textsOf(addresses: DraftTap["addresses"]): readonly string[] {
	return Object.freeze(addresses.map(({ value }) => value.text));
}

/** The properties that are not undefined, frozen. */
function frozen<T extends object>(values: { readonly [K in keyof T]: T[K] | undefined }): T {
	const there: Partial<Record<keyof T, unknown>> = {};
	for (const key in values) if (values[key] !== undefined) there[key] = values[key];
	return Object.freeze(there) as T;
}
