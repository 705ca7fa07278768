import { describe, expect, it, test } from "vitest";
import { type Publish, PublishError, parsePublish } from "../../src/spec/publish.js";
import { checkSpec } from "../../src/spec/spec.js";
import { one, refuse } from "./refusal.js";

const ports = (first: number, last = first) => ({ first, last });

describe("a published port", () => {
	test.each<[string, Partial<Publish>]>([
		["8080:80", { ports: ports(8080), guestPorts: ports(80), text: "8080:80/tcp" }],
		["8080:80/udp", { protocol: "udp", host: undefined, family: undefined }],
		["1:65535/sctp", { protocol: "sctp", ports: ports(1), guestPorts: ports(65_535) }],
		[
			"203.0.113.2:2222:22/tcp",
			{ host: "203.0.113.2", family: 4, text: "203.0.113.2:2222:22/tcp" },
		],
		["127.0.0.1:22:22", { host: "127.0.0.1", family: 4 }],
		["0.0.0.0:22:22", { host: undefined, family: 4, text: "0.0.0.0:22:22/tcp" }],
		["[::]:22:22", { host: undefined, family: 6, text: "[::]:22:22/tcp" }],
		[
			"[2001:DB8:0::2]:53:53/udp",
			{ host: "2001:db8::2", family: 6, text: "[2001:db8::2]:53:53/udp" },
		],
		["7000-7010:9000-9010", { ports: ports(7000, 7010), guestPorts: ports(9000, 9010) }],
		["08080:080", { text: "8080:80/tcp" }],
	])("%s", (text, parts) => {
		const read = parsePublish(text);
		expect(read).toMatchObject(parts);
		expect(parsePublish(read.text)).toEqual(read);
	});

	test.each([
		["", "is not [ADDRESS:]HOSTPORT:GUESTPORT"],
		["80", "is not [ADDRESS:]HOSTPORT:GUESTPORT"],
		[":80", "is not [ADDRESS:]HOSTPORT:GUESTPORT"],
		["80:", "is not [ADDRESS:]HOSTPORT:GUESTPORT"],
		["a:80", 'the port of the host is "a"'],
		["80:http", 'the port of the guest is "http"'],
		["0:22", "the port of the host is 0, must be 1 to 65535"],
		["22:0", "the port of the guest is 0, must be 1 to 65535"],
		["65536:22", "the port of the host is 65536"],
		["80-79:80-79", "ends before it begins"],
		["7000-7010:7000", "11 ports of the host cannot be 1 of the guest"],
		["7000-7010:7000-7011", "11 ports of the host cannot be 12 of the guest"],
		["-1:80", 'the port of the host is "-1"'],
		["80:80/icmp", '"icmp" is none of tcp, udp, sctp'],
		["80:80/TCP", '"TCP" is none of tcp, udp, sctp'],
		["80:80/", '"" is none of tcp, udp, sctp'],
		["[::1]:80:80", "the kernel lets no packet from or to ::1 leave the loopback interface"],
		["[::ffff:10.0.0.1]:80:80", "write it as IPv4"],
		["[fe80::1]:80:80", "is link-local"],
		["[ff02::1]:80:80", "is multicast"],
		["224.0.0.1:80:80", "is multicast or broadcast"],
		["255.255.255.255:80:80", "is multicast or broadcast"],
		["0.0.0.1:80:80", "means 'this network'"],
		["[10.0.0.1]:80:80", "stands not in brackets"],
		["10.0.0:80:80", '"10.0.0" is no address of the host'],
		["10.0.0.1/24:80:80", '"10.0.0.1/24" is no address of the host'],
		["eth1:80:80", '"eth1" is no address of the host'],
		["2001:db8::2:53:53", "is not [ADDRESS:]HOSTPORT"],
	])("%s: %s", (text, message) => {
		expect(() => parsePublish(text)).toThrow(PublishError);
		expect(() => parsePublish(text)).toThrow(message);
	});

	it("has a hint where brackets are missing", () => {
		const hint = "an IPv6 address stands in brackets: [2001:db8::2]:53:53/udp";
		expect(refuse(spec({ publish: ["2001:db8::2:53:53"] }))[0]?.hint).toBe(hint);
	});
});

const network = { mode: "routed", addresses: ["10.7.0.1/24", "fd07::1/64"], bridge: "br0" };
const guest = { addresses: ["10.7.0.2/24", "fd07::2/64"] };
const spec = (t1: object, t2?: object) => ({
	version: 1,
	networks: { lab: network },
	taps: {
		t1: { network: "lab", guest, ...t1 },
		...(t2 && { t2: { network: "lab", guest: { addresses: ["10.7.0.3/24"] }, ...t2 } }),
	},
});

describe("published ports in a spec", () => {
	it("are kept as they are written shortest", () => {
		const { taps } = checkSpec(spec({ publish: ["8080:80", "[2001:db8:0::2]:53:53/udp"] }));
		expect(taps.t1?.publish).toEqual(["8080:80/tcp", "[2001:db8::2]:53:53/udp"]);
	});

	test.each([
		[{ guest: {} }, ["8080:80"], "the guest has no address here"],
		[{ guest: { addresses: ["10.7.0.2/24"] } }, ["[::]:80:80"], "the guest has no IPv6 address"],
		[
			{ guest: { addresses: ["fd07::2/64"] } },
			["127.0.0.1:80:80"],
			"the guest has no IPv4 address",
		],
		[{}, ["10.7.0.2:80:80"], "10.7.0.2 is the address of a guest (taps.t1.guest.addresses[0])"],
	])("%j %j: %s", (tap, publish, message) => {
		expect(refuse(spec({ ...tap, publish }))).toEqual(one("taps.t1.publish[0]", message));
	});

	test.each([
		["8080:80", "8080:81"],
		["8080:80", "[::]:8080:81"],
		["127.0.0.1:8080:80", "127.0.0.1:8080:81"],
		["7000-7010:7000-7010/udp", "7010:80/udp"],
	])("that are one are told once: %s, %s", (first, second) => {
		const told = one("taps.t1.publish[1]", "is published already (taps.t1.publish[0])");
		expect(refuse(spec({ publish: [first, second] }))).toEqual(told);
	});

	it("that are one of two guests", () => {
		expect(refuse(spec({ publish: ["80:80"] }, { publish: ["80:80"] }))).toEqual(
			one(
				"taps.t2.publish[0]",
				"tcp 80 of all addresses is published already (taps.t1.publish[0])",
			),
		);
	});

	test.each([
		["8080:80/tcp", "8080:80/udp"],
		["8080:80", "127.0.0.1:8080:81"],
		["0.0.0.0:8080:80", "[::]:8080:80"],
		["203.0.113.2:80:80", "203.0.113.3:80:80"],
	])("that are two: %s, %s", (first, second) => {
		expect(() => checkSpec(spec({ publish: [first, second] }))).not.toThrow();
	});

	it("are not too many", () => {
		expect(() => checkSpec(spec({ publish: ["1-4096:1-4096"] }))).not.toThrow();
		expect(refuse(spec({ publish: ["1-4096:1-4096", "5000:5000"] }))).toEqual(
			one("taps.t1.publish", "are 4097 ports; 4096 of one tap at most"),
		);
	});
});
