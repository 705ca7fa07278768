import { describe, expect, it } from "vitest";
import { request } from "../../src/netlink/index.js";
import type { Message } from "../../src/netlink/schema.js";
import type { NetlinkSocket } from "../../src/netlink/socket.js";
import { UmlnetError } from "../../src/sys/error.js";
import { RTM_GETADDR, RTM_NEWADDR } from "../../src/uapi/if_addr.js";
import { RTM_GETLINK, RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM } from "../../src/uapi/nf_tables.js";
import { RTM_GETROUTE, RTM_NEWROUTE } from "../../src/uapi/rtnetlink.js";
import { seed } from "../seed.js";
import { golden } from "./golden.js";
import { headersOf, mutate, randomFrom } from "./mutation.js";
import { scripted } from "./script.js";

const CASES = Number(process.env.UMLNET_FUZZ ?? 4_000);

type Ask = (socket: NetlinkSocket) => unknown;
const dump =
	(message: Message<unknown, object>, reply: Message<unknown, never>): Ask =>
	(socket) =>
		socket.dump(message, reply, {});
const ASKED: Readonly<Record<string, Ask>> = {
	links: dump(RTM_GETLINK, RTM_NEWLINK),
	addresses: dump(RTM_GETADDR, RTM_NEWADDR),
	routes: dump(RTM_GETROUTE, RTM_NEWROUTE),
	elements: dump(NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM),
	refusal: (socket) => socket.send([request(RTM_NEWLINK, 0, { IFLA_MTU: 1 })]),
};

/** Send a request to a kernel that answers with these datagrams. */
function ask(name: string, datagrams: readonly Uint8Array[]): unknown {
	const { socket } = scripted(() => datagrams.map((bytes) => ({ bytes })), {
		timeout: 0,
		dumpTries: 1,
	});
	return (ASKED[name] as Ask)(socket);
}

describe("golden datagrams", () => {
	it.each([
		["links", { IFLA_IFNAME: "br0" }],
		["addresses", { IFA_LABEL: "br0" }],
		["routes", { rtm_protocol: 2 }],
		["elements", { NFTA_SET_ELEM_LIST_SET: "m" }],
	])("of %s are read whole", (name, part) => {
		const read = ask(name, golden(name)) as object[];
		expect(read).toContainEqual(expect.objectContaining(part));
		expect(JSON.stringify(read, (_, value) => (typeof value === "bigint" ? 0 : value))).not.toMatch(
			/\$IFLA_INFO_KIND|\$NFTA/,
		);
	});

	it("of a refusal become its error", () => {
		expect(ask("refusal", golden("refusal"))).toMatchObject([
			{ error: { errno: "EINVAL", kernel: "mtu less than device minimum" } },
		]);
	});

	it("are ready for lies at every depth", () => {
		const [links] = golden("links") as [Uint8Array];
		expect(headersOf(links).length).toBeGreaterThan(200);
	});
});

describe.each(Object.keys(ASKED))("lies about %s", (name) => {
	const datagrams = golden(name);

	it(`end in an answer or in a typed error, ${CASES} of them from seed ${seed}`, () => {
		const random = randomFrom(seed);
		let answers = 0;
		for (let i = 0; i < CASES; i++) {
			const lied = datagrams.map((bytes) => (random() < 0.7 ? mutate(bytes, random) : bytes));
			try {
				ask(name, lied);
				answers++;
			} catch (error) {
				if (!(error instanceof UmlnetError)) {
					const hex = lied.map((bytes) => Buffer.from(bytes).toString("hex")).join("\n");
					throw new Error(`case ${i} of seed ${seed}:\n${hex}`, { cause: error });
				}
			}
		}
		// If no corruption were noticed, or all were refused, the test would be worthless.
		expect(answers).toBeGreaterThan(CASES / 100);
		expect(answers).toBeLessThan(CASES * 0.99);
	});

	it("end in a WireError when a length lies beyond its datagram", () => {
		for (const [i, bytes] of datagrams.entries())
			for (const { at, kind } of headersOf(bytes)) {
				if (kind !== "message") continue;
				const lied = bytes.slice();
				new DataView(lied.buffer).setUint32(at, bytes.length - at + 1, true);
				expect(() => ask(name, datagrams.with(i, lied))).toThrow(
					expect.objectContaining({ code: "ERR_WIRE" }),
				);
			}
	});

	// The end of a dump is marked by its very last message.
	it("end in an error wherever the last datagram is cut", () => {
		const last = datagrams.at(-1) as Uint8Array;
		for (let length = 0; length < last.length; length++) {
			const cut = () => ask(name, datagrams.with(-1, last.subarray(0, length)));
			expect(cut, `${length} bytes`).toThrow(UmlnetError);
		}
	});
});
