/** The networks as a user may use them to whom a rule of the policy gives something. */
import { type Cidr, contains, parseCidr } from "../inet/cidr.js";
import type {
	ChangeOptions,
	Networks,
	PlanOptions,
	StatusOptions,
	UpOptions,
	Which,
} from "../service/networks.js";
import type { DownReport, PlanReport, StatusReport, UpReport } from "../service/reports.js";
import type { SpecInput } from "../spec/input.js";
import type { Network, Spec, Tap } from "../spec/model.js";
import { checkSpec } from "../spec/plain.js";
import { UmlnetError } from "../sys/error.js";
import type { Peer } from "../sys/peer.js";
import { prefixOf, type Rule } from "./policy.js";

/** What may be asked for in any way; all else that a spec can say must be as it is where nothing is said. */
const FREE_OF_NETWORK: readonly string[] = [
	"name",
	"mode",
	"uplink",
	"addresses",
	"mtu",
	"ipv6",
	"proxyArp",
];
const FREE_OF_TAP: readonly string[] = [
	...["name", "network", "owner", "group", "mac", "mtu", "txqueuelen"],
	...["multiQueue", "vnetHdr", "addresses", "guest"],
];

/** The changes of one user, one after the other, so that what is counted holds when it is decided by. */
export class Turns {
	readonly #last = new Map<number, Promise<unknown>>();

	async take<T>(uid: number, work: () => Promise<T>): Promise<T> {
		const before = this.#last.get(uid) ?? Promise.resolve();
		const mine = before.then(work, work);
		this.#last.set(uid, mine);
		try {
			return await mine;
		} finally {
			if (this.#last.get(uid) === mine) this.#last.delete(uid);
		}
	}
}

export class RestrictedNetworks implements Networks {
	readonly #networks: Networks;
	readonly #rule: Rule;
	readonly #peer: Peer;
	readonly #turns: Turns;
	readonly #prefix: string;

	constructor(networks: Networks, rule: Rule, peer: Peer, turns: Turns) {
		this.#networks = networks;
		this.#rule = rule;
		this.#peer = peer;
		this.#turns = turns;
		this.#prefix = prefixOf(rule, peer.uid);
	}

	async up(given: SpecInput, { prune, confirmWithin }: UpOptions = {}): Promise<UpReport> {
		if (prune) throw this.#refusal("prune", "is root's: it takes down what is not in the spec");
		this.#refuseWaiting(confirmWithin);
		const spec = this.#allowed(given);
		return this.#turns.take(this.#peer.uid, async () => {
			const names = new Set([...(await this.#own()), ...Object.keys(spec.taps)]);
			if (names.size > this.#rule.taps)
				throw this.#refusal("taps", `would be ${names.size}, and may be ${this.#rule.taps}`);
			return this.#networks.up(spec);
		});
	}

	async down(which: Which, { confirmWithin }: ChangeOptions = {}): Promise<DownReport> {
		this.#refuseWaiting(confirmWithin);
		return this.#turns.take(this.#peer.uid, async () =>
			this.#networks.down({ taps: await this.#chosen(which) }),
		);
	}

	async plan(given: SpecInput, { prune }: PlanOptions = {}): Promise<PlanReport> {
		if (prune) throw this.#refusal("prune", "is root's: it takes down what is not in the spec");
		return this.#networks.plan(this.#allowed(given));
	}

	async planDown(which: Which): Promise<PlanReport> {
		return this.#networks.planDown({ taps: await this.#chosen(which) });
	}

	/** What is theirs, and what was made for that alone. */
	async status(names?: readonly string[], options?: StatusOptions): Promise<StatusReport> {
		const own = await this.#own();
		const chosen = names === undefined ? own : names.filter((name) => own.includes(name));
		const { taps, resources, exact } = await this.#networks.status(chosen, options);
		const isAll = (names ?? []).every((name) => own.includes(name));
		return {
			taps: taps.filter((tap) => this.#isOwn(tap)),
			resources: resources.filter((one) => one.taps.every((tap) => own.includes(tap))),
			...(exact !== undefined && { exact: exact && isAll }),
		};
	}

	async take(): Promise<never> {
		throw this.#refusal("take", "is root's: pools are");
	}
	async confirm(): Promise<never> {
		throw this.#refusal("confirm", "is root's");
	}
	async recover(): Promise<never> {
		throw this.#refusal("recover", "is root's");
	}

	/** They tell what rules others have, and what else runs on this host. */
	async doctor(): Promise<never> {
		throw this.#refusal("doctor", "is root's");
	}
	async why(): Promise<never> {
		throw this.#refusal("why", "is root's");
	}

	/** No other change may begin while one waits to be confirmed: one user would stop all others. */
	#refuseWaiting(confirmWithin: number | undefined): void {
		if (confirmWithin !== undefined)
			throw this.#refusal("confirmWithin", "is root's: nobody could change anything meanwhile");
	}

	#isOwn({ name, owner }: { readonly name: string; readonly owner?: number | undefined }): boolean {
		return owner === this.#peer.uid && name.startsWith(this.#prefix);
	}

	async #own(): Promise<readonly string[]> {
		const { taps } = await this.#networks.status(undefined, { remembered: true });
		return taps.filter((tap) => this.#isOwn(tap)).map(({ name }) => name);
	}

	/** Those that are theirs; of others they are not told that they are there. */
	async #chosen(which: Which): Promise<readonly string[]> {
		const own = await this.#own();
		if ("all" in which) return own;
		const names = "taps" in which ? which.taps : Object.keys(this.#checked(which.spec).taps);
		return names.filter((name) => own.includes(name));
	}

	/** @throws SpecError */
	#checked = (spec: SpecInput): Spec => checkSpec(spec, { defaultOwner: this.#peer.uid });

	/** @throws SpecError; UmlnetError ERR_PERMISSION for what the rule does not allow */
	#allowed(given: SpecInput): Spec {
		const spec = this.#checked(given);
		for (const one of Object.values(spec.networks)) this.#allowNetwork(one);
		for (const one of Object.values(spec.taps)) this.#allowTap(one, spec);
		return spec;
	}

	#allowNetwork(network: Network): void {
		const path = `networks.${network.name}`;
		const { modes, uplinks } = this.#rule;
		if (!modes.includes(network.mode))
			throw this.#refusal(`${path}.mode`, `is ${network.mode}, and may be ${modes.join(", ")}`);
		if (network.uplink !== undefined && !uplinks.includes(network.uplink))
			throw this.#refusal(
				`${path}.uplink`,
				`is ${network.uplink}, and may be ${uplinks.join(", ") || "none"}`,
			);
		this.#allowAddresses(network.addresses, `${path}.addresses`);
		this.#refuseOthers(network, usual(network).network, FREE_OF_NETWORK, path);
	}

	#allowTap(tap: Tap, spec: Spec): void {
		const path = `taps.${tap.name}`;
		if (!tap.name.startsWith(this.#prefix))
			throw this.#refusal(path, `must have a name that begins with ${this.#prefix}`);
		if (tap.owner !== this.#peer.uid)
			throw this.#refusal(`${path}.owner`, "can be nobody but who asks");
		if (tap.group !== undefined && ![this.#peer.gid, ...this.#peer.groups].includes(tap.group))
			throw this.#refusal(`${path}.group`, "can be none but a group of who asks");
		this.#allowAddresses(tap.addresses, `${path}.addresses`);
		this.#allowAddresses(tap.guest.addresses, `${path}.guest.addresses`);
		const { tap: plain } = usual(spec.networks[tap.network] as Network);
		this.#refuseOthers(tap, plain, FREE_OF_TAP, path);
		this.#refuseOthers(tap.guest, plain.guest, ["addresses", "mac"], `${path}.guest`);
	}

	#allowAddresses(addresses: readonly string[], path: string): void {
		for (const [i, address] of addresses.entries())
			if (!this.#rule.addresses.some((range) => isWithin(parseCidr(address), range)))
				throw this.#refusal(
					`${path}[${i}]`,
					`is ${address}, and may be in ${this.#rule.addresses.map(({ text }) => text).join(", ")}`,
				);
	}

	#refuseOthers(given: object, plain: object, free: readonly string[], path: string): void {
		const other = plain as Readonly<Record<string, unknown>>;
		for (const [key, value] of Object.entries(given))
			if (!free.includes(key) && JSON.stringify(value) !== JSON.stringify(other[key]))
				throw this.#refusal(`${path}.${key}`, "is root's to say");
	}

	#refusal(path: string, what: string): UmlnetError {
		return new UmlnetError(
			"ERR_PERMISSION",
			`rule ${this.#rule.name} of the policy: ${path} ${what}`,
			{
				path,
				hint: "root can change the policy of the daemon",
			},
		);
	}
}

const isWithin = (one: Cidr, range: Cidr): boolean =>
	one.family === range.family && one.prefix >= range.prefix && contains(range, one.address);

/** A network and a tap of which nothing is said but what must be. */
function usual({ mode, uplink, addresses }: Network): {
	readonly network: Network;
	readonly tap: Tap;
} {
	const networks = { n: { mode, addresses, ...(uplink !== undefined && { uplink }) } };
	const spec = checkSpec({ version: 1, networks, taps: { t: { network: "n" } } });
	return { network: spec.networks.n as Network, tap: spec.taps.t as Tap };
}
