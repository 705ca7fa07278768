// The npm package `netlink` as a peer of wire.ts: its codecs and a dump of links. It does not know nf_tables.
// wire_npm.mjs FOLDER; its lines are in ../wire.ts.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.argv[2]}/`);
const { createRtNetlink, rt } = require("netlink");
const { AttrStream } = require("netlink/dist/structs");
const socket = createRtNetlink({ ref: true });

const messages = {
	RTM_NEWLINK: {
		format: rt.formatLinkMessage,
		parse: rt.parseLinkMessage,
		value: {
			kind: "link",
			data: { index: 7, flags: { up: true }, change: { up: true } },
			attrs: {
				address: Buffer.from([2, 0, 0, 0, 0, 1]),
				ifname: "tap0",
				mtu: 1500,
				master: 3,
				group: 9,
			},
		},
	},
	RTM_NEWADDR: {
		format: rt.formatAddressMessage,
		parse: rt.parseAddressMessage,
		value: {
			kind: "address",
			data: { family: 2, prefixlen: 24, index: 7 },
			attrs: {
				address: Buffer.from([192, 168, 33, 33]),
				local: Buffer.from([192, 168, 33, 33]),
				broadcast: Buffer.from([192, 168, 33, 255]),
			},
		},
	},
	RTM_NEWROUTE: {
		format: rt.formatRouteMessage,
		parse: rt.parseRouteMessage,
		value: {
			kind: "route",
			data: { family: 2, dstLen: 24, table: 254, protocol: "STATIC", type: "UNICAST" },
			attrs: {
				dst: Buffer.from([192, 168, 33, 0]),
				oif: 7,
				gateway: Buffer.from([10, 33, 33, 1]),
				priority: 100,
			},
		},
	},
};

const now = () => Number(process.hrtime.bigint());

// As its `send` does: a stream of buffers that is joined at the end.
function encode({ format, value }) {
	const out = new AttrStream();
	format(value, out);
	return Buffer.concat(out.bufs);
}

function repeat(times, run) {
	const start = now();
	for (let i = 0; i < times; i++) run();
	return [now() - start];
}

async function answer(verb, name, count) {
	const message = messages[name];
	if (verb === "links") return [(await socket.getLinks()).length];
	if (verb === "dump") {
		const start = now();
		await socket.getLinks();
		return [now() - start];
	}
	if (message === undefined) return undefined;
	if (verb === "size") return [encode(message).length];
	if (verb === "encode") return repeat(count, () => encode(message));
	const payload = encode(message);
	return repeat(count, () => message.parse(payload));
}

for await (const line of createInterface({ input: process.stdin })) {
	const [verb, name, count] = line.split("\t");
	const numbers = await answer(verb, name, Number(count));
	const refusal = "no the package does not know this message\n";
	process.stdout.write(numbers === undefined ? refusal : `ok ${numbers.join(" ")}\n`);
}
process.exit();
