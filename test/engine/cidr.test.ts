import { BlockList, isIP, isIPv4, isIPv6, SocketAddress } from "node:net";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { compareAddresses } from "../../src/inet/address.js";
import {
	AddressError,
	broadcast,
	type Cidr,
	cidrOf,
	contains,
	formatAddress,
	network,
	overlaps,
	parseAddress,
	parseCidr,
} from "../../src/inet/cidr.js";

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
// Groups that are often zero, so that '::' has something to replace.
const ipv6 = fc
	.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
	.map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255])));
const cidr = fc
	.tuple(fc.oneof(ipv4, ipv6), fc.nat(128))
	.map(([address, prefix]) => cidrOf(address, prefix % (address.length * 8 + 1)));
/** Pairs of subnets that are close enough to contain each other now and then. */
const near = fc
	.tuple(cidr, fc.nat(127), fc.nat(128))
	.map(([a, bit, prefix]): readonly [Cidr, Cidr] => {
		const address = a.address.slice();
		const at = bit % (address.length * 8);
		address[at >> 3] = (address[at >> 3] ?? 0) ^ (0x80 >> (at & 7));
		return [a, cidrOf(address, prefix % (address.length * 8 + 1))];
	});
const familyName = (value: Cidr) => (value.family === 4 ? "ipv4" : "ipv6");

describe("addresses", () => {
	it("come back from their text", () => {
		fc.assert(
			fc.property(fc.oneof(ipv4, ipv6), (bytes) => {
				expect(parseAddress(formatAddress(bytes))).toEqual(bytes);
			}),
		);
	});

	it("are written as node writes them", () => {
		fc.assert(
			fc.property(ipv6, (bytes) => {
				// Node (inet_ntop) also writes ::a.b.c.d, which RFC 5952 allows only for well-known prefixes.
				fc.pre(bytes.subarray(0, 12).some((byte) => byte !== 0));
				const text = formatAddress(bytes);
				expect(new SocketAddress({ address: text, family: "ipv6" }).address).toBe(text);
			}),
		);
	});

	it("are accepted exactly where node:net accepts them", () => {
		const soup = fc.oneof(
			fc.string({ unit: fc.constantFrom(..."0123456789abcf:.%/ ") }),
			fc
				.tuple(fc.oneof(ipv4, ipv6), fc.nat(40), fc.constantFrom("", "0", ":", ".", "::", "f"))
				.map(([bytes, at, by]) => {
					const text = formatAddress(bytes);
					return text.slice(0, at) + by + text.slice(at + 1);
				}),
		);
		fc.assert(
			fc.property(soup, (text) => {
				// Node accepts a zone in an address, which is refused here.
				const wanted = isIP(text) !== 0 && !text.includes("%");
				let got = true;
				try {
					expect(parseAddress(text).length).toBe(isIPv4(text) ? 4 : 16);
				} catch (error) {
					expect(error).toBeInstanceOf(AddressError);
					got = false;
				}
				expect([text, got]).toEqual([text, wanted]);
			}),
			{ numRuns: 20_000 },
		);
	});

	test.each([
		["2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
		["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
		["1::", "1::"],
		["::", "::"],
		["::ffff:c000:201", "::ffff:192.0.2.1"],
		["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
	])("%s is written %s", (text, canonical) => {
		expect(isIPv6(text)).toBe(true);
		expect(formatAddress(parseAddress(text))).toBe(canonical);
	});
});

describe("CIDRs", () => {
	test.each([
		["10.0.0.1", "the prefix length is missing"],
		["10.0.0.1/", "from 0 to 32"],
		["10.0.0.1/33", "from 0 to 32"],
		["10.0.0.1/-1", "from 0 to 32"],
		["10.0.0.1/+8", "from 0 to 32"],
		["10.0.0.1/08", "from 0 to 32"],
		["10.0.0.1/24.0", "from 0 to 32"],
		["10.0.0.1/2e1", "from 0 to 32"],
		["10.0.0.1/255.255.255.0", "from 0 to 32"],
		["10.0.0.1/24/24", "from 0 to 32"],
		["10.0.0.1/24 ", "from 0 to 32"],
		["10.0.0.1/24\n", "from 0 to 32"],
		[" 10.0.0.1/24", "four decimal numbers"],
		["010.0.0.1/24", "leading zero"],
		["10.0.0.00/24", "leading zero"],
		["0x0a.1/24", "four decimal numbers"],
		["10.1/24", "four decimal numbers"],
		["10.0.0.1.5/24", "four decimal numbers"],
		["1e1.0.0.1/24", "four decimal numbers"],
		["10.0.0.256/24", "up to 255"],
		["10.0.0.99999999999999999999/24", "up to 255"],
		["١٠.0.0.1/24", "four decimal numbers"],
		["", "four decimal numbers"],
		["/24", "four decimal numbers"],
		["fd00::1/129", "from 0 to 128"],
		["fd00::1", "the prefix length is missing"],
		["fd00::1::2/64", "may occur only once"],
		["fd00:1/64", "eight groups"],
		["1:2:3:4::5:6:7:8/64", "eight groups"],
		["1:2:3:4:5:6:7:8:9/64", "eight groups"],
		["fd00::12345/64", "1 to 4 hexadecimal digits"],
		[":1:2:3:4:5:6:7/64", "1 to 4 hexadecimal digits"],
		["fd00::1.2.3.4:5/64", "1 to 4 hexadecimal digits"],
		["1.2.3.4::/64", "1 to 4 hexadecimal digits"],
		["fe80::1%eth0/64", "zone"],
		["fe80::1/64%eth0", "from 0 to 128"],
	])("%j is refused: %s", (text, reason) => {
		expect(() => parseCidr(text)).toThrow(AddressError);
		expect(() => parseCidr(text)).toThrow(reason);
	});

	it("come back from their text", () => {
		fc.assert(
			fc.property(cidr, (value) => {
				expect(parseCidr(value.text)).toEqual(value);
			}),
		);
	});

	it("contain what node's BlockList contains", () => {
		fc.assert(
			fc.property(near, ([a, b]) => {
				const list = new BlockList();
				list.addSubnet(formatAddress(a.address), a.prefix, familyName(a));
				const wanted = list.check(formatAddress(b.address), familyName(b));
				expect(contains(a, b.address)).toBe(wanted);
			}),
		);
	});

	it("go from network to broadcast, and no further", () => {
		fc.assert(
			fc.property(cidr, (value) => {
				const [first, last] = [network(value), broadcast(value)];
				expect(contains(value, first) && contains(value, last)).toBe(true);
				expect(compareAddresses(first, value.address)).toBeLessThanOrEqual(0);
				expect(compareAddresses(last, value.address)).toBeGreaterThanOrEqual(0);
				const bits = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
				const size = 1n << BigInt(value.address.length * 8 - value.prefix);
				expect(bits(last) - bits(first) + 1n).toBe(size);
			}),
		);
	});

	it("overlap when either contains the other's network", () => {
		fc.assert(
			fc.property(near, ([a, b]) => {
				const wanted = contains(a, network(b)) || contains(b, network(a));
				expect([overlaps(a, b), overlaps(b, a)]).toEqual([wanted, wanted]);
			}),
		);
	});

	it("of different families differ, and neither contain nor overlap", () => {
		const [same, longer] = [parseAddress("10.0.0.1"), parseAddress("a00:1::")];
		expect(compareAddresses(same, longer)).toBeLessThan(0);
		expect(compareAddresses(longer, same)).toBeGreaterThan(0);

		const [a, b] = [parseCidr("0.0.0.0/0"), parseCidr("::/0")];
		expect(contains(a, b.address) || contains(b, a.address) || overlaps(a, b)).toBe(false);
	});
});
