import { formatAddress } from "../inet/cidr.js";
import { type Accounts, systemAccounts } from "./accounts.js";
import { checkDraft } from "./check.js";
import { checkedSpecs } from "./checked.js";
import { type Draft, type DraftNetwork, type DraftTap, draftSpec } from "./draft.js";
import type { LimitValues } from "./field.js";
import type { Issues } from "./issues.js";
import type { Network, NetworkPool, Spec, Tap } from "./model.js";
import type { Node } from "./tree.js";

/** Options for reading a spec. */
export interface SpecOptions {
	/** The name of the file, for messages. */
	readonly source?: string;
	/** The owner of taps that name neither owner nor group. Default: root. */
	readonly defaultOwner?: number;
	/** Resolves names of users and groups. Default: /etc/passwd and /etc/group. */
	readonly accounts?: Accounts;
}

export interface Written {
	/** Undefined if it could not be read, and then `issues` says why. */
	readonly root: Node | undefined;
	/** The text, in which marks are offsets. */
	readonly text?: string;
	/** Set for networks made from flags, which have the names of interfaces. */
	readonly anyNetworkName?: boolean;
	/** Use the networks of this Spec, which are checked already, instead of networks in the input. */
	readonly networksOf?: Spec;
}

/** The Spec of what the user wrote. @throws SpecError with every issue, including those already in `issues` */
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
	// The spec of a guest is used once, and remembering each would slow down garbage collection.
	if (networksOf === undefined) checkedSpecs.set(spec, draft.networks);
	return spec;
}

function specOf(draft: Draft, known: Spec["networks"] | undefined): Spec {
	const networks = known ?? byName([...draft.networks.values()].map(networkOf));
	const taps = [...draft.taps.values()].map((tap) => tapOf(tap, draft));
	return Object.freeze({ version: 1, networks, taps: byName(taps) });
}

/** Made without Object.prototype, so that looking up `constructor` finds nothing. */
function byName<T extends { readonly name: string }>(
	values: readonly T[],
): Readonly<Record<string, T>> {
	const record: Record<string, T> = Object.create(null);
	for (const value of values) record[value.name] = value;
	return Object.freeze(record);
}

function networkOf({ path: _, ...draft }: DraftNetwork): Network {
	const { mode, addresses, snatTo, pool, limits } = draft;
	if (mode === undefined) throw new Error("a network without mode and without issue");
	return frozen<Network>({
		...draft,
		mode,
		addresses: textsOf(addresses),
		snatTo: Object.freeze(snatTo.map(({ value }) => formatAddress(value.address))),
		reaches: Object.freeze([...draft.reaches]),
		egress: egressOf(draft),
		pool: pool && frozen<NetworkPool>(pool),
		limits: limits && frozen<LimitValues>(limits),
	});
}

const NO_LIMITS = { download: undefined, upload: undefined, connections: undefined };

function tapOf({ path: _, ...draft }: DraftTap, { networks }: Draft): Tap {
	const { network = "", guest, publish } = draft;
	const inherited = networks.get(network);
	const limits = frozen<LimitValues>({
		...NO_LIMITS,
		...inherited?.limits,
		...(draft.limits && frozen<LimitValues>(draft.limits)),
	});
	const own = draft.addresses.length > 0 ? draft.addresses : (inherited?.addresses ?? []);
	return frozen<Tap>({
		...draft,
		network,
		addresses: textsOf(inherited?.bridge === undefined ? own : []),
		guest: frozen<Tap["guest"]>({ ...guest, addresses: textsOf(guest.addresses) }),
		limits: Object.keys(limits).length === 0 ? undefined : limits,
		publish: Object.freeze(publish.map(({ value }) => value.text)),
		egress: egressOf(draft),
	});
}

const egressOf = ({ egress }: Pick<DraftTap, "egress">): readonly string[] | undefined =>
	egress && Object.freeze([...new Set(egress.map(({ value }) => value.text))]);

function textsOf(addresses: DraftTap["addresses"]): readonly string[] {
	return Object.freeze(addresses.map(({ value }) => value.text));
}

/** The properties that are not undefined, as a frozen object. */
function frozen<T extends object>(values: { readonly [K in keyof T]: T[K] | undefined }): T {
	const there: Partial<Record<keyof T, unknown>> = {};
	for (const key in values) if (values[key] !== undefined) there[key] = values[key];
	return Object.freeze(there) as T;
}
