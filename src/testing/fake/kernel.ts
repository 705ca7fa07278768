import { constants } from "node:os";
import type {
	BatchOutcome,
	DefaultRouter,
	Flow,
	HostPort,
	Kernel,
	Listener,
	RouterPlace,
	Subnet,
	TapRequest,
	TransportPort,
} from "../../kernel/kernel.js";
import type { Outcome } from "../../netlink/outcome.js";
import type { Request } from "../../netlink/request.js";
import type { Message } from "../../netlink/schema.js";
import { KernelError } from "../../sys/error.js";
import { type Encounter, type Fault, Faults, type Operation } from "./faults.js";
import { addLink, emptyNamespace, type Link, linkNamed, type Namespace } from "./namespace.js";
import { readNft } from "./nft_read.js";
import { copyOf, emptyRuleset, type Ruleset, type Value } from "./nft_ruleset.js";
import { applyNft } from "./nftables.js";
import { plain, Refusal } from "./refusal.js";
import { addDefaultRouter, defaultRouters, learnedLinks } from "./routes.js";
import { applyRtnetlink, dumpRtnetlink } from "./rtnetlink.js";
import { readSysctl, readSysctls, writeSysctl } from "./sysctls.js";
import { createTap, dropAllTaps, dropTap, persistTap } from "./taps.js";

/**
 * A model of one network namespace that takes the same requests as the kernel and refuses what the kernel refuses.
 * `test/kernel/contract.ts` runs against both, so that they stay alike. Requests are counted from 1.
 */
export class FakeKernel implements Kernel {
	/** Identifies this namespace in a state directory. Every model has the same one. */
	readonly identity: string = "00000000-0000-0000-0000-000000000000-1";
	/** The state of the namespace. Tests may read it, and change it as somebody else would. */
	readonly ns: Namespace = emptyNamespace();
	/** The ports whose connections should have been forgotten so far. */
	readonly forgotten: HostPort[] = [];
	#ruleset: Ruleset = emptyRuleset();
	readonly #faults = new Faults();
	#chosen = 0x1000_0000;

	/** All requests to the kernel so far, including those that only read. */
	get operations(): readonly Operation[] {
		return this.#faults.operations;
	}
	/** How many of the requests could have changed something. */
	get mutations(): number {
		return this.operations.filter(({ mutates }) => mutates).length;
	}

	/**
	 * Let the k-th request from now on fail, alone or with all that follow: before it does anything, after it was done
	 * (the reply was lost), or after a part of it.
	 */
	failAt(k: number, error: Error, mode: Fault["mode"], when: Fault["when"]): void {
		this.#faults.add(k, { error, mode, when });
	}
	/** Let somebody else act just before the k-th request from now on. Their own requests are not counted. */
	interfereAt(k: number, act: (kernel: FakeKernel) => void): void {
		this.#faults.add(k, { act: () => this.aside(() => act(this)) });
	}
	/** How many planned faults and interferences have happened. */
	get fired(): number {
		return this.#faults.fired;
	}
	/** Act as somebody else: the requests are not counted and do not fail. */
	aside<T>(act: () => T): T {
		return this.#faults.aside(act);
	}
	/** Remove all planned faults, and empty the log of requests. */
	heal(): void {
		this.#faults.clear();
	}

	/** Let our process die: its descriptors close, and taps that were not made persistent are deleted. */
	kill(): void {
		dropAllTaps(this.ns);
	}

	/** Add a network card that is up. It has no kind and cannot be deleted. */
	addNic(name: string, options: { readonly mac?: string } = {}): Link {
		const link = addLink(this.ns, { name, mac: options.mac });
		link.up = true;
		return link;
	}

	/** The whole state as plain JSON. Counters and the generation of the ruleset are left out. */
	snapshot(): unknown {
		const { links, routes, neighbours, rules, nexthops, sysctls, conf } = this.ns;
		return {
			// ownConf is internal to the kernel and cannot be seen from outside.
			links: inOrder([...links.values()].map((link) => ({ ...link, ownConf: undefined }))),
			routes: inOrder(routes),
			neighbours: inOrder(neighbours),
			rules: rules.map(plain),
			nexthops: inOrder(nexthops),
			sysctls: Object.fromEntries([...sysctls].sort()),
			conf: plain(conf),
			tables: [...this.#ruleset.tables].map(plain).sort(byKey),
		};
	}

	/** Requests about links, addresses, routes, rules, neighbours and nexthops in one send, each with its outcome. */
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

	/** All objects of a type. @throws KernelError */
	dump<O, I>(message: Message<unknown, I>, _reply: Message<O, never>, value: I): readonly O[] {
		message.encode(value);
		return this.#run(message.name, false, () => dumpRtnetlink(this.ns, message.name, value) as O[]);
	}

	/** The name of the link with this index. */
	linkName(index: number): string | undefined {
		return this.#run("ioctl(SIOCGIFNAME)", false, () => this.ns.links.get(index)?.name);
	}

	/** The MTU of the link with this name, in bytes. */
	linkMtu(name: string): number | undefined {
		return this.#run("ioctl(SIOCGIFMTU)", false, () => linkNamed(this.ns, name)?.mtu);
	}
	/** The default routers of this link that router advertisements have announced. */
	readDefaultRouters(link: string): readonly RouterPlace[] {
		return this.#run("read(ipv6_route)", false, () => defaultRouters(this.ns, link));
	}
	/** The links on which router advertisements have announced one. */
	readLearnedLinks(): readonly string[] {
		return this.#run("read(ipv6_route)", false, () => learnedLinks(this.ns));
	}
	/** Add a default router as if a router advertisement had announced it. @throws KernelError */
	addDefaultRouter(router: DefaultRouter): void {
		this.#run("ioctl(SIOCADDRT)", true, () => addDefaultRouter(this.ns, router));
	}

	/** Commit a batch of nf_tables messages, all of it or nothing. */
	nftables(batch: readonly Request[]): BatchOutcome {
		for (const { message, value, encoded } of batch)
			if (encoded === undefined) message.encode(value as never);
		const { act, fault } = this.#faults.next("nftables", true);
		act();
		// Whenever a batch is refused, nothing of it was done.
		if (fault !== undefined && isRefusal(fault))
			return { refused: [{ at: 0, error: fault.error }] };
		if (fault?.when === "before") throw fault.error;
		const outcome = this.#commit(batch);
		if (fault !== undefined) throw fault.error;
		return outcome;
	}

	#commit(batch: readonly Request[]): BatchOutcome {
		const before = copyOf(this.#ruleset);
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

	/** Objects of nf_tables by name, in one send: a fault loses the answers to all of them. @throws KernelError */
	lookUpNftables(requests: readonly Request[]): readonly Outcome[] {
		for (const { message, value } of requests) message.encode(value as never);
		return this.#run(requests[0]?.message.name ?? "lookUpNftables", false, () =>
			requests.map(({ message, value }) => this.#lookUp(message.name, value as Value)),
		);
	}

	#lookUp(name: string, value: Value): Outcome {
		try {
			const found = structuredClone(readNft(this.#ruleset, name, value, false));
			return { replies: found.map((one) => ({ type: 0, value: one })) };
		} catch (error) {
			return refusedWith(refusalOf(name, error));
		}
	}

	/** The value of a file below /proc/sys. @throws KernelError */
	readSysctl(path: string): string {
		return this.#run(`read(${path})`, false, () => readSysctl(this.ns, path));
	}
	/** The values of all files in a directory below /proc/sys. @throws KernelError */
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

	/** The sockets of the namespace at these ports. */
	readListeners(ports: readonly TransportPort[]): readonly Listener[] {
		return this.#run("SOCK_DIAG_BY_FAMILY", false, () =>
			this.ns.listeners.filter(({ protocol, port }) =>
				ports.some((one) => one.protocol === protocol && one.port === port),
			),
		);
	}
	/** There are no processes in the model. */
	socketOwner(_inode: number): string | undefined {
		return undefined;
	}

	/** Create a tap that is deleted with its descriptor until it is made persistent. @throws KernelError */
	createTap(tap: TapRequest): void {
		this.#run("ioctl(TUNSETIFF)", true, () => createTap(this.ns, tap));
	}
	/** Make a tap persistent, so that it outlives its descriptor. @throws KernelError */
	persistTap(name: string): void {
		this.#run("ioctl(TUNSETPERSIST)", true, () => persistTap(this.ns, name));
	}
	/** Close the descriptor of a tap. close(2) does not fail, so no fault is planned for it. */
	dropTap(name: string): void {
		dropTap(this.ns, name);
	}

	/** Nothing to do: no packets flow through the model, so there are no tracked flows. */
	forgetFlows(_subnets: readonly Subnet[]): void {}
	/** The tracked flows, which tests put here. */
	flows: readonly Flow[] = [];
	/** Forget the flows that are forbidden by now, as the seam does it with conntrack. */
	endFlows(isForbidden: (flow: Flow) => boolean): void {
		this.flows = this.flows.filter((flow) => !isForbidden(flow));
	}
	/** Nothing to do here either, but tests can look at the ports. */
	forgetFlowsTo(ports: readonly HostPort[]): void {
		this.forgotten.push(...ports);
	}

	/** A free interface index. */
	chooseIndex(): number {
		return ++this.#chosen;
	}
	/** Close all descriptors, as the end of the process does. Taps that are not persistent are deleted. */
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

/** Values as plain JSON, in the order of their texts. */
const inOrder = (values: readonly unknown[]): unknown[] =>
	values
		.map(plain)
		.map((value) => ({ value, text: JSON.stringify(value) }))
		.sort((a, b) => (a.text < b.text ? -1 : 1))
		.map(({ value }) => value);
const byKey = (a: unknown, b: unknown): number =>
	`${(a as readonly unknown[])[0]}` < `${(b as readonly unknown[])[0]}` ? -1 : 1;

/** The order in which do_setlink (net/core/rtnetlink.c) handles the attributes. */
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

/** The first half of what a change of a link asks for; any other request as a whole. */
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

/** Whether the kernel would report this fault for one message and not for the whole send. */
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
