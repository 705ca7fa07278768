import type { BatchOutcome, Kernel, Subnet, TapRequest } from "../../src/kernel/kernel.js";
import type { Request } from "../../src/netlink/request.js";
import type { Message } from "../../src/netlink/schema.js";
import type { Outcome } from "../../src/netlink/socket.js";

/** A kernel that remembers everything it was asked that could have changed it. */
export class CountingKernel implements Kernel {
	readonly mutations: string[] = [];
	readonly #kernel: Kernel;

	constructor(kernel: Kernel) {
		this.#kernel = kernel;
	}

	get identity(): string {
		return this.#kernel.identity;
	}
	rtnetlink(requests: readonly Request[]): readonly Outcome[] {
		const names = requests.map(({ message }) => message.name);
		this.mutations.push(...names.filter((name) => !name.startsWith("RTM_GET")));
		return this.#kernel.rtnetlink(requests);
	}
	dump<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I): readonly O[] {
		return this.#kernel.dump(message, reply, value);
	}
	nftables(batch: readonly Request[]): BatchOutcome {
		this.mutations.push(...batch.map(({ message }) => message.name));
		return this.#kernel.nftables(batch);
	}
	readNftables<O, I>(
		message: Message<unknown, I>,
		reply: Message<O, never>,
		value: I,
		dump: boolean,
	): readonly O[] {
		return this.#kernel.readNftables(message, reply, value, dump);
	}
	readSysctl(path: string): string {
		return this.#kernel.readSysctl(path);
	}
	writeSysctl(path: string, value: string): void {
		this.mutations.push(`write ${path}`);
		this.#kernel.writeSysctl(path, value);
	}
	createTap(tap: TapRequest): void {
		this.mutations.push("TUNSETIFF");
		this.#kernel.createTap(tap);
	}
	persistTap(name: string): void {
		this.mutations.push("TUNSETPERSIST");
		this.#kernel.persistTap(name);
	}
	dropTap(name: string): void {
		this.mutations.push("close");
		this.#kernel.dropTap(name);
	}
	forgetFlows(subnets: readonly Subnet[]): void {
		this.#kernel.forgetFlows(subnets);
	}
	chooseIndex(): number {
		return this.#kernel.chooseIndex();
	}
	close(): void {
		this.#kernel.close();
	}
}
