/** Our codecs and a dump, without an engine, as a peer of wire.ts. Its lines are in ../wire.ts. */
import { createInterface } from "node:readline";
import { range } from "../guest.js";
import { netlink, uapi } from "../library.js";

const { NetlinkSocket, Reader, request, Writer } = await netlink();
const { NFT_MSG_NEWRULE, NFT_MSG_NEWSETELEM, RTM_GETLINK, RTM_NEWADDR, RTM_NEWLINK, RTM_NEWROUTE } =
	await uapi();

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const NETLINK_ROUTE = 0;

/** The same five messages in every peer, attribute by attribute. */
const requests = [
	request(RTM_NEWLINK, 0, {
		ifi_index: 7,
		ifi_flags: 1,
		ifi_change: 1,
		IFLA_ADDRESS: bytes(2, 0, 0, 0, 0, 1),
		IFLA_IFNAME: "tap0",
		IFLA_MTU: 1500,
		IFLA_MASTER: 3,
		IFLA_GROUP: 9,
	}),
	request(RTM_NEWADDR, 0, {
		ifa_family: 2,
		ifa_prefixlen: 24,
		ifa_index: 7,
		IFA_ADDRESS: bytes(192, 168, 33, 33),
		IFA_LOCAL: bytes(192, 168, 33, 33),
		IFA_BROADCAST: bytes(192, 168, 33, 255),
	}),
	request(RTM_NEWROUTE, 0, {
		rtm_family: 2,
		rtm_dst_len: 24,
		rtm_table: 254,
		rtm_protocol: 4,
		rtm_type: 1,
		RTA_DST: bytes(192, 168, 33, 0),
		RTA_OIF: 7,
		RTA_GATEWAY: bytes(10, 33, 33, 1),
		RTA_PRIORITY: 100,
	}),
	request(NFT_MSG_NEWSETELEM, 0, {
		nfgen_family: 2,
		NFTA_SET_ELEM_LIST_TABLE: "bench",
		NFTA_SET_ELEM_LIST_SET: "guests",
		NFTA_SET_ELEM_LIST_ELEMENTS: range(1, 4).map((i) => ({
			NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: bytes(192, 168, 33, i) },
		})),
	}),
	request(NFT_MSG_NEWRULE, 0, {
		nfgen_family: 2,
		NFTA_RULE_TABLE: "bench",
		NFTA_RULE_CHAIN: "postrouting",
		NFTA_RULE_EXPRESSIONS: [
			{
				NFTA_EXPR_NAME: "payload",
				NFTA_EXPR_DATA: {
					NFTA_PAYLOAD_DREG: 1,
					NFTA_PAYLOAD_BASE: 1,
					NFTA_PAYLOAD_OFFSET: 12,
					NFTA_PAYLOAD_LEN: 4,
				},
			},
			{
				NFTA_EXPR_NAME: "lookup",
				NFTA_EXPR_DATA: { NFTA_LOOKUP_SET: "guests", NFTA_LOOKUP_SREG: 1 },
			},
			{ NFTA_EXPR_NAME: "masq", NFTA_EXPR_DATA: {} },
		],
	}),
];

const now = (): number => Number(process.hrtime.bigint());
const writer = new Writer();
const socket = new NetlinkSocket(NETLINK_ROUTE);

function encode(name: string): Uint8Array {
	const { message, value } = find(name);
	writer.reset();
	message.write(writer, value as never);
	return writer.finish();
}

function find(name: string): (typeof requests)[number] {
	const found = requests.find(({ message }) => message.name === name);
	if (found === undefined) throw new Error(`no message ${name}`);
	return found;
}

function repeat(times: number, run: () => unknown): number[] {
	const start = now();
	for (let i = 0; i < times; i++) run();
	return [now() - start];
}

function answer(verb: string, name: string, count: number): number[] | undefined {
	switch (verb) {
		case "size":
			return [encode(name).length];
		case "encode":
			return repeat(count, () => encode(name));
		case "decode": {
			const [{ message }, payload] = [find(name), encode(name)];
			return repeat(count, () => message.read(new Reader(payload)));
		}
		case "links":
			return [socket.dump(RTM_GETLINK, RTM_NEWLINK, {}).length];
		case "dump":
			return repeat(1, () => socket.dump(RTM_GETLINK, RTM_NEWLINK, {}));
		default:
			return undefined;
	}
}

for await (const line of createInterface({ input: process.stdin })) {
	const [verb = "", name = "", count] = line.split("\t");
	const numbers = answer(verb, name, Number(count));
	process.stdout.write(numbers === undefined ? "no\n" : `ok ${numbers.join(" ")}\n`);
}
