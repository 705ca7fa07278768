import { expect, test } from "vitest";
import type { SpecInput } from "../../src/index.js";
import type { Spec } from "../../src/spec/model.js";
import { quietGuests } from "../kernel/guest.js";
import { Contention, until } from "./contention.js";
import { begun } from "./journal.js";
import { library, Place, rejection, tapSpec } from "./library.js";
import { filled, guest, parked, UPLINK } from "./pool.js";

const { SpecError } = library;
const NAT = { mode: "nat", uplink: "eth1", proxyArp: true } as const;

interface LinkJson {
	readonly ifindex: number;
	readonly ifname: string;
	readonly address: string;
	readonly ifalias: string;
	readonly mtu: number;
	readonly txqlen: number;
	readonly flags: readonly string[];
	readonly master?: string;
}

const linkOf = ({ machine }: Place, name: string): LinkJson =>
	(machine.json(`ip -j -d link show ${name}`) as LinkJson[])[0] as LinkJson;

/** What the kernel has for a link in addition to the link itself, without the multicast groups that every link has. */
function traces({ machine }: Place, name: string) {
	const lines = (command: string): string[] => machine.sh(command).split("\n").filter(Boolean);
	const conf = `/proc/sys/net/ipv4/conf/${name}`;
	return {
		addresses: lines(`ip -o address show dev ${name}`),
		routes: ["-4", "-6"].flatMap((family) =>
			lines(`ip ${family} -o route show table all dev ${name}`),
		),
		neighbours: lines(`ip neighbour show nud all dev ${name}`).filter((one) => !/NOARP/.test(one)),
		fdb: lines(`bridge fdb show dev ${name}`).filter((one) => !/^(33:33|01:00:5e)/.test(one)),
		filter: lines("nft list ruleset").filter((line) => line.includes(`"${name}"`)),
		switches: lines(`cat ${conf}/forwarding ${conf}/proxy_arp`),
	};
}
const NONE: ReturnType<typeof traces> = {
	...{ addresses: [], routes: [], neighbours: [], fdb: [], filter: [] },
	switches: ["0", "0"],
};

/** A guest that holds a tap open, until it is disposed of. */
const holding = (name: string): Disposable =>
	quietGuests({ taps: { [name]: { name, multiQueue: false, vnetHdr: false } } } as unknown as Spec);

test("guests get taps that are there already, and give them back", async () => {
	await using place = new Place();
	place.machine.sh(UPLINK);
	const host = await place.open({ pool: { size: 4, low: 2, owner: 500 } });
	const names = await filled(host, 4);
	const indexes = new Map(names.map((name) => [name, linkOf(place, name).ifindex]));
	const transactions = begun(place).length;

	const taken = await Promise.all([0, 1].map((i) => host.take(guest(i, NAT))));
	expect(new Set(taken.map(({ name }) => name)).size).toBe(2);
	for (const [i, { name, index, owner, mode, addresses, pool }] of taken.entries()) {
		expect(names).toContain(name);
		expect(index).toBe(indexes.get(name));
		expect({ owner, mode, addresses }).toEqual({
			owner: 500,
			mode: "nat",
			addresses: [`192.168.${i + 33}.33/24`],
		});
		expect(pool).toMatch(new RegExp(`^${process.pid}-\\d+$`));
		const link = linkOf(place, name);
		expect(link).toMatchObject({
			ifindex: index,
			ifalias: expect.stringMatching(/^umlnet-nl lab forwarding=eth1 state=/),
		});
		expect(link.flags).toContain("UP");
		const { addresses: there, filter, switches } = traces(place, name);
		expect(there.join()).toContain(`192.168.${i + 33}.33/24`);
		// Its source NAT, its segment and its guard.
		expect(filter).toHaveLength(3);
		expect(switches).toEqual(["1", "1"]);
	}
	expect(begun(place).length - transactions).toBeLessThanOrEqual(2);

	const down = await host.down({ taps: taken.map(({ name }) => name) });
	expect(down).toMatchObject({ changed: true, taps: taken.map(({ name }) => name) });
	expect((await filled(host, 4)).toSorted()).toEqual(names.toSorted());
	for (const [name, index] of indexes) expect(linkOf(place, name).ifindex).toBe(index);
	expect(await host.down({ taps: taken.map(({ name }) => name) })).toMatchObject({
		changed: false,
		taps: [],
	});
	expect(await parked(host)).toHaveLength(4);
});

test("nothing of the last guest is left on a parked tap", async () => {
	await using place = new Place();
	place.machine.sh(UPLINK);
	const host = await place.open({ pool: { size: 2, low: 1 } });
	await filled(host, 2);
	await host.up({
		version: 1,
		networks: { lab: { mode: "host-only", bridge: "br0" } },
		taps: { stays: { network: "lab", owner: 500 } },
	});
	const macs: string[] = [];
	for (const network of [
		{ ...NAT, mtu: 1400 },
		{ mode: "host-only" as const, bridge: "br0", addresses: [] },
	]) {
		const { name } = await host.take({ ...guest(0, network), tap: { txqueuelen: 77 } });
		const { address, master, txqlen } = linkOf(place, name);
		expect(txqlen).toBe(77);
		macs.push(address);
		place.machine.sh(
			master === undefined
				? `ip neighbour add 192.168.33.34 lladdr 02:00:00:00:00:01 dev ${name} nud permanent
				ip address add 2001:db8::1/64 dev ${name}
				ip neighbour add 2001:db8::2 lladdr 02:00:00:00:00:01 dev ${name} nud permanent
				ip route add 172.16.0.0/16 via 192.168.33.34`
				: `bridge fdb add 02:00:00:00:00:01 dev ${name} master static
				bridge link set dev ${name} isolated on`,
		);
		await host.down({ taps: [name] });
		expect(traces(place, name)).toEqual(NONE);
		const link = linkOf(place, name);
		expect(link).toMatchObject({
			ifalias: expect.stringMatching(/^umlnet-nl parked state=/),
			mtu: 1500,
			txqlen: 1000,
		});
		expect(link.master).toBeUndefined();
		expect(link.flags).not.toContain("UP");
		macs.push(link.address);
		expect(await host.status([name])).toMatchObject({
			taps: [{ mode: "parked", drift: [] }],
		});
	}
	// Taken, parked, taken, parked: no guest gets the MAC of another one, or of the parked tap.
	const [first, waiting, second, again] = macs;
	expect(new Set([first, waiting, second]).size).toBe(3);
	expect(again).toBe(waiting);
});

test("a tap that a guest still holds open goes to no other guest", async () => {
	await using place = new Place();
	const host = await place.open({ pool: { size: 4, low: 1 } });
	await filled(host, 4);
	const [held, free] = await Promise.all([host.take(guest(0)), host.take(guest(1))]);
	place.machine.enter();
	{
		using _ = holding(held.name);
		const downs = [held, free].map(({ name }) => host.down({ taps: [name] }));
		expect((await Promise.all(downs)).map(({ changed }) => changed)).toEqual([true, true]);
		expect((await parked(host)).map(({ name }) => name)).toContain(free.name);
		expect(place.links).not.toContain(held.name);
	}
	expect(place.links).toHaveLength(3);
	expect((await host.take(guest(2))).name).toBe(free.name);
});

test("below the mark it is filled up again, and never beyond its size", async () => {
	await using place = new Place();
	const host = await place.open({ pool: { size: 20, low: 4 } });
	const names = await filled(host, 20);
	const take = (i: number) => host.take(guest(i));
	const first = await Promise.all(Array.from({ length: 16 }, (_, i) => take(i)));
	expect(await parked(host)).toHaveLength(4);
	const [more] = await Promise.all([take(16), take(17)]);
	await filled(host, 20);

	// All are returned at once. Two of them fit into the pool and the others are deleted, whether by one call or by
	// several.
	await Promise.all([0, 1].map(() => host.take(guest(18))));
	const all = (await host.status()).taps.filter(({ mode }) => mode !== "parked");
	expect(all).toHaveLength(20);
	await Promise.all(all.map(({ name }) => host.down({ taps: [name] })));
	expect(await parked(host)).toHaveLength(20);
	expect(place.links).toHaveLength(20);
	expect(names).toContain(more?.name);
	expect(first.every(({ name }) => names.includes(name))).toBe(true);
});

test("more guests than parked taps get theirs all the same", async () => {
	await using place = new Place();
	const host = await place.open({ pool: { size: 2, low: 1 } });
	const taken = await Promise.all(Array.from({ length: 12 }, (_, i) => host.take(guest(i))));
	expect(new Set(taken.map(({ name }) => name)).size).toBe(12);
	const { taps } = await host.status(taken.map(({ name }) => name));
	expect(taps.map(({ mode }) => mode)).toEqual(taken.map(() => "host-only"));
	expect(taps.flatMap(({ drift }) => drift)).toEqual([]);
});

test("no tap has two guests, whatever is done with its name", async () => {
	await using place = new Place();
	const host = await place.open({ pool: { size: 3, low: 1 } });
	await filled(host, 3);
	const { name } = await host.take(guest(0));
	// Returned twice in one call, in two calls, and once more.
	await Promise.all([0, 1].map(() => host.down({ taps: [name, name] })));
	await host.down({ taps: [name] });
	// By its name, somebody else can take it while it is parked.
	const owner = process.getuid?.() ?? 0;
	const named = { ...tapSpec(name), taps: { [name]: { network: "lab", owner } } };
	expect((await host.up(named)).taps).toMatchObject([{ name, mode: "host-only" }]);
	const taken = await Promise.all([1, 2, 3, 4].map((i) => host.take(guest(i))));
	const names = new Set([name, ...taken.map((tap) => tap.name)]);
	expect(names.size).toBe(5);
	const { taps } = await host.status([...names]);
	expect(taps.map(({ mode, drift }) => [mode, drift])).toEqual(taps.map(() => ["host-only", []]));
	await host.down({ all: true });
	const again = await Promise.all([1, 2].map((i) => host.take(guest(i))));
	expect((await host.status(again.map((tap) => tap.name))).taps).toHaveLength(2);
});

test("a guest that cannot be had leaves the pool as it was", async () => {
	await using place = new Place();
	const host = await place.open({ pool: { size: 2, low: 1 } });
	await filled(host, 2);
	const calls: readonly [string, () => Promise<unknown>][] = [
		["networks.lab.uplink", () => host.take(guest(0, { ...NAT, uplink: "none0" }))],
		["networks.lab.mode", () => host.take(guest(0, { mode: "best" as never }))],
		["tap.owner", () => host.take({ ...guest(0), tap: { owner: 7 } as object })],
		["tap.multiQueue", () => host.take({ ...guest(0), tap: { multiQueue: true } as object })],
	];
	for (const [path, call] of calls) {
		const error = await rejection(call());
		expect(error).toBeInstanceOf(SpecError);
		expect(error).toMatchObject({ path });
	}
	await until(async () => place.links.length === 2);
	expect(await parked(host)).toHaveLength(2);
	const { mac, guest: inside } = await host.take({
		...guest(0),
		tap: { mac: "02:00:00:00:00:01", guest: { addresses: ["192.168.33.34/24"] } },
	});
	expect({ mac, inside }).toEqual({
		mac: "02:00:00:00:00:01",
		inside: expect.objectContaining({ addresses: ["192.168.33.34/24"] }),
	});
});

test("a pool that cannot be filled now is filled later, and its engine lives", async () => {
	await using place = new Place();
	const other = await place.open();
	await other.up(tapSpec("tap0"));
	const contention = await Contention.on(place.directory);
	const host = await place.open({ pool: { size: 2, low: 1 }, timeout: 100 });
	expect(await rejection(host.take(guest(0)))).toMatchObject({ code: "ERR_LOCK" });
	contention[Symbol.dispose]();
	expect((await host.take(guest(1))).name).toMatch(/^vm/);
	await filled(host, 2);
});

test("a parked tap brought up by name for another owner is refused and stays parked", async () => {
	await using place = new Place();
	const host = await place.open({ pool: { size: 1, low: 1 } });
	const [name] = await filled(host, 1);
	const spec: SpecInput = {
		version: 1,
		networks: { lab: { mode: "host-only" } },
		taps: { [name as string]: { network: "lab", owner: 4242 } },
	};
	await expect(host.up(spec)).rejects.toThrow(/owner is 0, not 4242/);
	expect((await host.status()).taps).toMatchObject([{ name, mode: "parked", drift: [] }]);
});
