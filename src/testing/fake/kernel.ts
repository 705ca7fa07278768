import { constants } from "node:os";
import type {
	BatchOutcome,
	DefaultRouter,
	Kernel,
	RouterPlace,
	Subnet,
	TapRequest,
} from "../../kernel/kernel.js";
import type { Outcome } from "../../netlink/outcome.js";
import type { Request } from "../../netlink/request.js";
import type { Message } from "../../netlink/schema.js";
import { KernelError } from "../../sys/error.js";
import { type Encounter, type Fault, Faults, type Operation } from "./faults.js";
import { addLink, emptyNamespace, type Link, linkNamed, type Namespace } from "./namespace.js";
import { readNft } from "./nft_read.js";
import { emptyRuleset, type Ruleset } from "./nft_ruleset.js";
import { applyNft } from "./nftables.js";
import { plain, Refusal } from "./refusal.js";
import { addDefaultRouter, defaultRouters } from "./routes.js";
import { applyRtnetlink, dumpRtnetlink } from "./rtnetlink.js";
import { readSysctl, readSysctls, writeSysctl } from "./sysctls.js";
import { createTap, dropAllTaps, dropTap, persistTap } from "./taps.js";

/**
 * A model of one network namespace that takes the same requests as the kernel and refuses what it refuses.
 * `test/kernel/contract.ts` runs against both, so that it stays one. Operations are counted from 1.
 */
export class FakeKernel implements Kernel {
	/** Names this namespace in a state directory: no other ever has the same name. */
	readonly identity: string = "00000000-0000-0000-0000-000000000000-1";
	/** What is in its namespace, to be looked at and changed as somebody else would. */
	readonly ns: Namespace = emptyNamespace();
	#ruleset: Ruleset = emptyRuleset();
	readonly #faults = new Faults();
	#chosen = 0x1000_0000;

	/** Everything that was asked of the kernel so far, reads included. */
	get operations(): readonly Operation[] {
		return this.#faults.operations;
	}
	/** How many of them could have changed something. */
	get mutations(): number {
		return this.operations.filter(({ mutates }) => mutates).length;
	}

	/**
	 * Let the k-th operation from now on fail, once or it and all that follow; before it does anything, or
	 * after it was done (the reply was lost), or when some of it was.
	 */
	failAt(k: number, error: Error, mode: Fault["mode"], when: Fault["when"]): void {
		this.#faults.add(k, { error, mode, when });
	}
	/** Let somebody else act just before the k-th operation from now on. What they do is not counted. */
	interfereAt(k: number, act: (kernel: FakeKernel) => void): void {
		this.#faults.add(k, { act: () => this.aside(() => act(this)) });
	}
	/** How many operations met what was planned for them. */
	get fired(): number {
		return this.#faults.fired;
	}
	/** Do something as somebody else: not counted, and no fault meets it. */
	aside<T>(act: () => T): T {
		return this.#faults.aside(act);
	}
	/** No more faults, and an empty log. */
	heal(): void {
		this.#faults.clear();
	}

	/** Our process died: its descriptors close, and taps it had not persisted go with all that is on them. */
	kill(): void {
		dropAllTaps(this.ns);
	}

	/** A piece of hardware, up: it has no kind and cannot be deleted. */
	addNic(name: string, options: { readonly mac?: string } = {}): Link {
		const link = addLink(this.ns, { name, mac: options.mac });
		link.up = true;
		return link;
	}

	/** The whole state as plain JSON; counters and the generation are not state. */
	snapshot(): unknown {
		const { links, routes, neighbours, rules, nexthops, sysctls, conf } = this.ns;
		const byText = (a: unknown, b: unknown): number =>
			JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
		return {
			// ownConf cannot be seen from outside of the kernel.
			links: [...links.values()].map((link) => plain({ ...link, ownConf: undefined })).sort(byText),
			routes: routes.map(plain).sort(byText),
			neighbours: neighbours.map(plain).sort(byText),
			rules: rules.map(plain),
			nexthops: nexthops.map(plain).sort(byText),
			sysctls: Object.fromEntries([...sysctls].sort()),
			conf: plain(conf),
			tables: [...this.#ruleset.tables].map(plain).sort(byText),
		};
	}

	/** Links, addresses, routes, rules, neighbours and nexthops: requests in one send, each with its outcome. */
	rtnetlink(requests: readonly Request[]): readonly Outcome[] {
		for (const { message, value } of requests) message.encode(value as never);
		const met = requests.map((one) =>
			this.#faults.next(one.message.name, !isGet(one.message.name), partOf(one) !== one),
		);
		const losing = met.findIndex(({ fault }) => fault !== undefined && !isRefusal(fault));
		const lost = met[losing]?.fault;
		if (lost?.when === "before") throw lost.error;
		if (lost?.when === "partly") {
			requests.slice(0, losing).map((one, i) => this.#request(one, met[i]));
			this.#request(partOf(requests[losing] as Request), { act: () => {} });
			throw lost.error;
		}
		const outcomes = requests.map((one, i) => this.#request(one, met[i]));
		if (lost !== undefined) throw lost.error;
		return outcomes;
	}

	#request(request: Request, met: Encounter | undefined): Outcome {
		met?.act();
		const fault = met?.fault;
		const refused = fault !== undefined && isRefusal(fault) ? fault.error : undefined;
		if (refused !== undefined && fault?.when === "before") return refusedWith(refused);
		try {
			const asked = fault?.when === "partly" ? partOf(request) : request;
			const replies = applyRtnetlink(this.ns, asked);
			return refused === undefined ? { replies } : refusedWith(refused);
		} catch (error) {
			return refusedWith(refusalOf(request.message.name, error));
		}
	}

	/** All objects of a sort. @throws KernelError */
	dump<O, I>(message: Message<unknown, I>, _reply: Message<O, never>, value: I): readonly O[] {
		message.encode(value);
		return this.#run(message.name, false, () => dumpRtnetlink(this.ns, message.name, value) as O[]);
	}

	/** The name of the link of this index. */
	linkName(index: number): string | undefined {
		return this.#run("ioctl(SIOCGIFNAME)", false, () => this.ns.links.get(index)?.name);
	}

	/** The MTU of the link of this name, in bytes. */
	linkMtu(name: string): number | undefined {
		return this.#run("ioctl(SIOCGIFMTU)", false, () => linkNamed(this.ns, name)?.mtu);
	}
	/** The default routers that router advertisements brought to this link. */
	readDefaultRouters(link: string): readonly RouterPlace[] {
		return this.#run("read(ipv6_route)", false, () => defaultRouters(this.ns, link));
	}
	/** Add a default router as if an advertisement had brought it. @throws KernelError */
	addDefaultRouter(router: DefaultRouter): void {
		this.#run("ioctl(SIOCADDRT)", true, () => addDefaultRouter(this.ns, router));
	}

	/** Commit a batch of nf_tables messages, all of it or nothing. */
	nftables(batch: readonly Request[]): BatchOutcome {
		for (const { message, value } of batch) message.encode(value as never);
		const { act, fault } = this.#faults.next("nftables", true);
		act();
		if (fault?.when === "before") {
			if (!isRefusal(fault)) throw fault.error;
			return { refused: [{ at: 0, error: fault.error }] };
		}
		const outcome = this.#commit(batch);
		if (fault !== undefined) throw fault.error;
		return outcome;
	}

	#commit(batch: readonly Request[]): BatchOutcome {
		const before = structuredClone(this.#ruleset);
		const ids = { sets: new Map(), chains: new Map(), rules: new Map() };
		const refused = batch.flatMap((request, at) => {
			try {
				applyNft(this.#ruleset, ids, request);
				return [];
			} catch (error) {
				return [{ at, error: refusalOf(request.message.name, error) }];
			}
		});
		if (refused.length > 0) this.#ruleset = before;
		else this.#ruleset.generation++;
		return { refused };
	}

	/** Objects of nf_tables. @throws KernelError */
	readNftables<O, I>(
		message: Message<unknown, I>,
		_reply: Message<O, never>,
		value: I,
		dump: boolean,
	): readonly O[] {
		message.encode(value);
		return this.#run(
			message.name,
			false,
			() => structuredClone(readNft(this.#ruleset, message.name, value ?? {}, dump)) as O[],
		);
	}

	/** The value of a file below /proc/sys. @throws KernelError */
	readSysctl(path: string): string {
		return this.#run(`read(${path})`, false, () => readSysctl(this.ns, path));
	}
	/** The values of all files of a directory below /proc/sys. @throws KernelError */
	readSysctls(directory: string): ReadonlyMap<string, string> {
		return this.#run(`read(${directory})`, false, () => readSysctls(this.ns, directory));
	}
	/** Write a file below /proc/sys. @throws KernelError */
	writeSysctl(path: string, value: string): void {
		this.#run(`write(${path})`, true, () => {
			writeSysctl(this.ns, path, value);
			if (readSysctl(this.ns, path) !== value) throw new Refusal("EINVAL");
		});
	}

	/** Make a tap that goes with its descriptor until it is persistent. @throws KernelError */
	createTap(tap: TapRequest): void {
		this.#run("ioctl(TUNSETIFF)", true, () => createTap(this.ns, tap));
	}
	/** Let a tap outlive its descriptor. @throws KernelError */
	persistTap(name: string): void {
		this.#run("ioctl(TUNSETPERSIST)", true, () => persistTap(this.ns, name));
	}
	/** close(2) does not fail, so no fault meets it. */
	dropTap(name: string): void {
		dropTap(this.ns, name);
	}

	/** No packet ever goes through the model, so nothing is tracked. */
	forgetFlows(_subnets: readonly Subnet[]): void {}

	/** An interface index that nothing has. */
	chooseIndex(): number {
		return ++this.#chosen;
	}
	/** As when the process ends: taps that are not persistent go. */
	close(): void {
		this.kill();
	}

	#run<T>(name: string, mutates: boolean, body: () => T): T {
		const { act, fault } = this.#faults.next(name, mutates);
		act();
		if (fault?.when === "before") throw fault.error;
		let result: T;
		try {
			result = body();
		} catch (error) {
			throw refusalOf(name, error);
		}
		if (fault !== undefined) throw fault.error;
		return result;
	}
}

/** In the order in which do_setlink (net/core/rtnetlink.c) goes about them. */
const ORDER = [
	"IFLA_ADDRESS",
	"IFLA_MTU",
	"IFLA_GROUP",
	"IFLA_IFNAME",
	"IFLA_IFALIAS",
	"IFLA_MASTER",
	"ifi_flags",
	"IFLA_AF_SPEC",
];

/** The first half of what a change of a link asks for; of anything else, all. */
export function partOf(one: Request): Request {
	const value = one.value as Record<string, unknown>;
	if (one.message.name !== "RTM_NEWLINK" || one.flags !== 0) return one;
	const asked = ORDER.filter((name) => value[name] !== undefined);
	if (asked.length < 2) return one;
	const left = new Set(asked.slice(Math.ceil(asked.length / 2)));
	if (left.has("ifi_flags")) left.add("ifi_change");
	const kept = Object.entries(value).filter(([name]) => !left.has(name));
	return { ...one, value: Object.fromEntries(kept) };
}

const isGet = (name: string): boolean => name.includes("_GET");

/** A fault that the kernel would report for one message, not for the whole send. */
const isRefusal = (fault: Fault): fault is Fault & { error: KernelError } =>
	fault.error instanceof KernelError;

const refusedWith = (error: KernelError): Outcome => ({ errno: error.errno, error, replies: [] });

function refusalOf(request: string, error: unknown): KernelError {
	if (!(error instanceof Refusal)) throw error;
	const { errno, kernel, attribute } = error;
	const number = (constants.errno as Readonly<Record<string, number>>)[errno];
	return new KernelError(request, number ?? errno, {
		kernel,
		attribute: attribute && `${request}.${attribute}`,
	});
}
