/** Compares the TypeScript types of a spec with the schema. Most of this is checked by `tsc` alone. */
import { expect, expectTypeOf, test } from "vitest";
import type {
	Forwarding,
	GuestMessage,
	Mode,
	NetworkMessage,
	PoolMessage,
	TapMessage,
} from "../../src/proto/messages.js";
import type { Networks } from "../../src/service/networks.js";
import { writtenSpec } from "../../src/spec/checked.js";
import type { Fields, Format, GivenOf } from "../../src/spec/field.js";
import type { guestFields, networkFields, poolFields, tapFields } from "../../src/spec/fields.js";
import type { NetworkInput, SpecInput, TapInput } from "../../src/spec/input.js";
import type { Spec } from "../../src/spec/model.js";
import { checkSpec } from "../../src/spec/spec.js";

/** The type of what a user writes for a field of this format. */
type Written<F extends Format> = F extends { readonly words: readonly (infer Word)[] }
	? Word
	: F["is"] extends "hosts" | "ports" | "names"
		? readonly string[]
		: F["is"] extends "addresses" | "egress"
			? string | readonly string[]
			: GivenOf<F>;
type Needed<T extends Fields> = {
	[K in keyof T]: T[K][0] extends { readonly needed: string } ? K : never;
}[keyof T];
/** The type of what a user writes for a message, derived from its table of fields. */
type WrittenAs<T extends Fields> = {
	readonly [K in Needed<T>]: Written<T[K][0]>;
} & { readonly [K in Exclude<keyof T, Needed<T>>]?: Written<T[K][0]> | undefined };
type Flat<T> = { [K in keyof T]: T[K] };

test("the types of a spec are those of its tables, key by key", () => {
	expectTypeOf<Flat<WrittenAs<typeof networkFields>>>().toEqualTypeOf<
		Flat<Omit<NetworkMessage, "pool">>
	>();
	expectTypeOf<Flat<WrittenAs<typeof tapFields>>>().toEqualTypeOf<
		Flat<Omit<TapMessage, "guest">>
	>();
	expectTypeOf<Flat<WrittenAs<typeof guestFields>>>().toEqualTypeOf<Flat<GuestMessage>>();
	expectTypeOf<Flat<WrittenAs<typeof poolFields>>>().toEqualTypeOf<Flat<PoolMessage>>();
	expectTypeOf<Mode>().toEqualTypeOf<Spec["networks"][string]["mode"]>();
	expectTypeOf<Forwarding>().toEqualTypeOf<Spec["networks"][string]["forwarding"]>();
});

/** Never called: the compiler must reject each marked line, and no other. */
async function compiled(host: Networks, text: string, names: readonly string[]): Promise<void> {
	const lab = { mode: "nat", uplink: "eth1" } as const;
	await host.up({ version: 1, networks: { lab }, taps: { tap0: { network: "lab", owner: 500 } } });
	await host.up({
		version: 1,
		networks: { lab, lan: { mode: "bridged", bridge: "br0" } },
		taps: { tap0: { network: "lan", owner: "kvm" }, tap1: { network: "lab", guest: {} } },
	});
	// A tap in a network whose name is known only at run time.
	const taps = Object.fromEntries(names.map((name) => [name, { network: text }]));
	await host.up({ version: 1, networks: { lab }, taps });
	const widened = { version: 1, networks: { lab }, taps: { tap0: { network: "lab" } } } as const;
	await host.up(widened satisfies SpecInput);
	const spec: SpecInput = { version: 1, networks: { [text]: lab }, taps };
	await host.up(spec);
	await host.up(checkSpec({}));
	await host.down({ spec });
	await host.take({ network: "lab", networks: { lab }, tap: { mtu: 1400 } });

	// @ts-expect-error a mode that there is not
	await host.up({ version: 1, networks: { lab: { mode: "natt", uplink: "eth1" } } });
	// @ts-expect-error a typo in a network
	await host.up({ version: 1, networks: { lab: { mode: "nat", uplnk: "eth1" } } });
	// @ts-expect-error a typo in a tap
	await host.up({ version: 1, networks: { lab }, taps: { tap0: { network: "lab", ownr: 500 } } });
	// @ts-expect-error a typo in a guest
	await host.plan({ version: 1, taps: { tap0: { network: "lab", guest: { adresses: [] } } } });
	// @ts-expect-error a typo at the top
	await host.up({ version: 1, network: { lab } });
	// @ts-expect-error a tap in none of the networks
	await host.up({ version: 1, networks: { lab }, taps: { tap0: { network: "labb" } } });
	// @ts-expect-error a tap that has no network
	await host.up({ version: 1, networks: { lab }, taps: { tap0: { owner: 500 } } });
	// @ts-expect-error a network that does not say its mode
	await host.up({ version: 1, networks: { lab: { uplink: "eth1" } } });
	// @ts-expect-error another version
	await host.up({ version: 2 });
	// @ts-expect-error no list
	await host.up({ version: 1, networks: { lab: { mode: "nat", addresses: "10.0.0.1/24" } } });
	// @ts-expect-error a text for a number
	await host.up({ version: 1, networks: { lab: { mode: "nat", mtu: "1500" } } });
	// @ts-expect-error a typo in a spec whose taps go down
	await host.down({ spec: { version: 1, taps: { tap0: { netwrk: "lab" } } } });
	// @ts-expect-error a network that is not among those given
	await host.take({ network: "labb", networks: { lab } });
	// @ts-expect-error a typo in the tap of a guest
	await host.take({ network: "lab", networks: { lab }, tap: { mtuu: 1400 } });
	// @ts-expect-error what is the same for the whole pool
	await host.take({ network: "lab", networks: { lab }, tap: { owner: 500 } });
	// @ts-expect-error an option that there is not
	await host.up({ version: 1 }, { pruned: true });
}

test("a wrong key, word or name is an error of the compiler", () => {
	expectTypeOf(compiled).returns.resolves.toBeVoid();
});

test("a Spec is as good as what was written", () => {
	expectTypeOf<Spec>().toExtend<SpecInput>();
	expectTypeOf<Spec["networks"][string]>().toExtend<NetworkInput>();
	expectTypeOf<Spec["taps"][string]>().toExtend<TapInput>();
});

test("what was written can be had back from a Spec, for another thread to check", () => {
	const spec = checkSpec({
		version: 1,
		networks: {
			lab: { mode: "nat", uplink: "eth1", addresses: ["10.0.0.1/24"], snatTo: "192.0.2.1" },
			lan: { mode: "bridged", bridge: "br0", addresses: ["10.1.0.1/24"], pool: { size: 4 } },
		},
		taps: {
			tap0: { network: "lab", owner: 500, guest: { addresses: ["10.0.0.2/24"] } },
			tap1: { network: "lan", mac: "02:00:00:00:00:01", multiQueue: true },
		},
	});
	const written = structuredClone(writtenSpec(spec));
	expect(checkSpec(written)).toEqual(spec);
	expect(checkSpec(structuredClone(writtenSpec(written)))).toEqual(spec);
});
