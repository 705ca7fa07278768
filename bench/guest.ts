/** The guests that all peers make: guest i is tap b<i> in a /30 network of its own, behind SNAT out of eth1. */
export const OWNER = 500;
export const UPLINK = "eth1";
export const SNAT_TO = "10.33.33.34";
export const KNOBS = ["proxy_arp", "forwarding"] as const;

/** The first number of the guests of a churn, which no other guest has. */
export const CONTENDER = 1_500_000;

export const tap = (i: number): string => `b${i}`;
const address = (i: number, side: number): string => {
	const value = 0x0a80_0000 + 4 * i + side;
	return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join(".");
};
/** The host's address on the tap; the prefix length is 30. */
export const host = (i: number): string => address(i, 1);
export const cidr = (i: number): string => `${host(i)}/30`;
export const guest = (i: number): string => address(i, 2);
export const knobs = (i: number): string[] =>
	KNOBS.map((knob) => `/proc/sys/net/ipv4/conf/${tap(i)}/${knob}`);

/** The numbers from `first` on. */
export const range = (first: number, count: number): number[] =>
	Array.from({ length: count }, (_, i) => first + i);

/** What is given of a guest that is guarded strictly. */
const known = (i: number): { readonly addresses: string[]; readonly mac: string } => {
	const hex = i.toString(16).padStart(6, "0");
	return { addresses: [`${guest(i)}/30`], mac: `52:54:00:${hex.match(/../g)?.join(":")}` };
};

/** The same guests as a spec of ours: without a guard, which no other peer has; or with all that one can be. */
export const spec = (numbers: readonly number[], guarded = false): Spec => ({
	version: 1,
	networks: {
		lab: {
			mode: "nat",
			uplink: UPLINK,
			snatTo: SNAT_TO,
			proxyArp: true,
			guard: guarded ? "strict" : "none",
		},
	},
	taps: Object.fromEntries(
		numbers.map((i) => [
			tap(i),
			{
				network: "lab",
				owner: OWNER,
				addresses: [cidr(i)],
				...(guarded && { guest: known(i) }),
			},
		]),
	),
});

interface Spec {
	readonly version: 1;
	readonly networks: {
		readonly lab: {
			readonly mode: "nat";
			readonly uplink: string;
			readonly snatTo: string;
			readonly proxyArp: true;
			readonly guard: "strict" | "none";
		};
	};
	readonly taps: Readonly<Record<string, { network: string; owner: number; addresses: string[] }>>;
}
