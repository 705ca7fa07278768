import { describe, expect, it } from "vitest";
import { type Frame, NLM_F_ACK, NLM_F_REQUEST } from "../../src/netlink/frame.js";
import { DeadlineError, OverrunError, request, WireError } from "../../src/netlink/index.js";
import { KernelError } from "../../src/sys/error.js";
import { RTM_DELLINK, RTM_GETLINK, RTM_NEWLINK } from "../../src/uapi/if_link.js";
import {
	type Arrival,
	ack,
	arrival,
	donePart,
	errorPart,
	PORT_ID,
	part,
	type Script,
	scripted,
} from "./script.js";

const get = (ifi_index: number) => request(RTM_GETLINK, 0, { ifi_index });
const link = ({ seq }: Frame, ifi_index: number) => part(RTM_NEWLINK, { ifi_index }, { seq });
/** A kernel that acknowledges every request that asks for it. */
const obliging: Script = (requests) =>
	requests.filter(({ flags }) => flags & NLM_F_ACK).map((asked) => arrival(ack(asked)));

describe("a send", () => {
	it("is one datagram in which only the last message asks for an acknowledgement", () => {
		const flags: number[] = [];
		const { socket, transport } = scripted((requests) => {
			flags.push(...requests.map((asked) => asked.flags));
			return obliging(requests, new Uint8Array());
		});
		socket.send([get(1), get(2), get(3)]);
		expect(transport.sends).toBe(1);
		expect(flags).toEqual([NLM_F_REQUEST, NLM_F_REQUEST, NLM_F_REQUEST | NLM_F_ACK]);
	});

	it("of nothing touches nothing", () => {
		const { socket, transport } = scripted(obliging);
		expect(socket.send([])).toEqual([]);
		expect(transport.sends).toBe(0);
	});

	it("gives each request a sequence number of its own and never one twice", () => {
		const seqs: number[] = [];
		const { socket } = scripted((requests, bytes) => {
			seqs.push(...requests.map(({ seq }) => seq));
			return obliging(requests, bytes);
		});
		for (let i = 0; i < 5; i++) socket.send([get(1), get(2)]);
		expect(new Set(seqs).size).toBe(10);
	});

	it("tells the requests apart: each has its own replies and its own refusal", () => {
		const { socket } = scripted(([one, two, three]) => [
			arrival(link(one as Frame, 11)),
			arrival(errorPart(two as Frame, 19)),
			arrival(link(three as Frame, 13)),
			arrival(ack(three as Frame)),
		]);
		const [one, two, three] = socket.send([get(11), get(12), get(13)]);
		expect(one).toMatchObject({ replies: [{ type: 16, value: { ifi_index: 11 } }] });
		expect(two).toMatchObject({ errno: "ENODEV", error: { errno: "ENODEV" }, replies: [] });
		expect(three).toMatchObject({ replies: [{ type: 16, value: { ifi_index: 13 } }] });
		expect(one?.error ?? three?.error ?? one?.errno ?? three?.errno).toBeUndefined();
	});

	it("tells a refusal of what was sent, also when something else has been sent since", () => {
		// The offset of the first attribute, behind nlmsghdr and ifinfomsg.
		const { socket } = scripted(([asked]) => [
			arrival(errorPart(asked as Frame, 22, { offset: 32 })),
		]);
		const [outcome] = socket.send([request(RTM_GETLINK, 0, { IFLA_IFNAME: "one" })]);
		socket.send([request(RTM_GETLINK, 0, { IFLA_EXT_MASK: 1 })]);
		expect(outcome?.error?.attribute).toBe("RTM_GETLINK.IFLA_IFNAME");
		expect(outcome?.error).toBe(outcome?.error);
	});

	it("understands several answers in one datagram", () => {
		const { socket } = scripted(([one, two]) => [
			arrival(link(one as Frame, 1), link(two as Frame, 2), ack(two as Frame)),
		]);
		expect(socket.send([get(1), get(2)]).map(({ replies }) => replies.length)).toEqual([1, 1]);
	});

	it("throws the refusal of a single request", () => {
		const { socket } = scripted(([asked]) => [arrival(errorPart(asked as Frame, 1))]);
		expect(() => socket.request(RTM_DELLINK, 0, { IFLA_GROUP: 0 })).toThrow(
			expect.objectContaining({ errno: "EPERM", code: "ERR_PERMISSION", request: "RTM_DELLINK" }),
		);
	});

	it("takes the error that NLMSG_DONE carries for the refusal it is", () => {
		const { socket } = scripted(([asked]) => [arrival(donePart(asked as Frame, -22))]);
		expect(() => socket.request(RTM_GETLINK, 0, {})).toThrow(/EINVAL/);
	});

	it("steps over NLMSG_NOOP", () => {
		const { socket } = scripted(([asked]) => [
			arrival({ type: 1, seq: (asked as Frame).seq }, ack(asked as Frame)),
		]);
		expect(socket.request(RTM_GETLINK, 0, {})).toEqual([]);
	});

	it("sends nothing when a value does not fit its attribute, and can be used again", () => {
		const { socket, transport } = scripted(obliging);
		expect(() => socket.send([request(RTM_GETLINK, 0, { IFLA_IFNAME: "x".repeat(16) })])).toThrow(
			WireError,
		);
		expect(transport.sends).toBe(0);
		expect(socket.send([get(1)])).toHaveLength(1);
	});
});

describe("a batch", () => {
	const batch = [get(1), get(2), get(3)];

	it("is acknowledged by its last message alone", () => {
		const { socket } = scripted(([, , last]) => [arrival(ack(last as Frame))]);
		expect(socket.sendBatch(batch).acknowledged).toBe(true);
	});

	it("is not acknowledged by an acknowledgement of another message", () => {
		const { socket } = scripted(([one, two]) => [arrival(ack(one as Frame), ack(two as Frame))]);
		expect(socket.sendBatch(batch).acknowledged).toBe(false);
	});

	it("is not acknowledged by silence, and does not wait for an answer that never comes", () => {
		const { socket } = scripted(() => [], { timeout: 3_600_000 });
		const { outcomes, acknowledged } = socket.sendBatch(batch);
		expect(acknowledged).toBe(false);
		expect(outcomes.every(({ error }) => error === undefined)).toBe(true);
	});

	it("has its refusals at the messages that were refused", () => {
		const { socket } = scripted(([, two, last]) => [
			arrival(errorPart(two as Frame, 17)),
			arrival(errorPart(last as Frame, 2)),
		]);
		const { outcomes, acknowledged } = socket.sendBatch(batch);
		expect(acknowledged).toBe(false);
		expect(outcomes.map(({ error }) => error?.errno)).toEqual([undefined, "EEXIST", "ENOENT"]);
	});

	it("finds its acknowledgement behind datagrams that are not for it", () => {
		const { socket } = scripted(([, , last]) => [
			{ ...arrival(ack(last as Frame)), from: 99 },
			arrival({ ...ack(last as Frame), seq: 77 }),
			arrival(ack(last as Frame)),
		]);
		expect(socket.sendBatch(batch).acknowledged).toBe(true);
		expect(socket.strays).toBe(2);
	});
});

describe("what is not for us", () => {
	it.each([
		["another sequence number", (asked: Frame) => arrival({ ...link(asked, 666), seq: 9_999 })],
		["an older sequence number", (asked: Frame) => arrival({ ...link(asked, 666), seq: 0 })],
		["another port", (asked: Frame) => arrival({ ...link(asked, 666), portId: PORT_ID + 1 })],
		["a process, not the kernel", (asked: Frame) => ({ ...arrival(link(asked, 666)), from: 1 })],
	] as const)("is skipped and counted: %s", (_, stray) => {
		const { socket } = scripted(([asked]) => [
			stray(asked as Frame),
			arrival(link(asked as Frame, 1)),
			arrival(ack(asked as Frame)),
		]);
		expect(socket.request(RTM_GETLINK, 0, { ifi_index: 1 })).toMatchObject([{ ifi_index: 1 }]);
		expect(socket.strays).toBe(1);
	});

	it("does not hold a request for ever, however much of it there is", () => {
		function* flood(from: number, seq: number): Generator<Arrival> {
			for (;;) yield { ...arrival({ type: 16, seq }), from };
		}
		for (const from of [0, 1]) {
			const { socket } = scripted(() => flood(from, 9_999), { timeout: 5 });
			expect(() => socket.request(RTM_GETLINK, 0, {})).toThrow(DeadlineError);
			expect(socket.strays).toBeGreaterThan(0);
		}
	});
});

describe("a reply that did not come whole", () => {
	const enobufs = { throws: new KernelError("recvfrom(AF_NETLINK)", 105) };

	it.each<[string, Arrival[], new (...args: never[]) => Error]>([
		["none in time", [], DeadlineError],
		["dropped by the kernel (ENOBUFS)", [enobufs], OverrunError],
		["announced as lost (NLMSG_OVERRUN)", [arrival({ type: 4, seq: 1 })], OverrunError],
		["cut", [{ bytes: new Uint8Array(65_536), trueLength: 65_540 }], WireError],
		["garbage", [{ bytes: new Uint8Array(10) }], WireError],
	])("ends the request and every later use of the socket: %s", (_, arrivals, type) => {
		const { socket, transport } = scripted(() => arrivals, { timeout: 1 });
		let first: unknown;
		try {
			socket.send([get(1)]);
		} catch (error) {
			first = error;
		}
		expect(first).toBeInstanceOf(type);
		expect(() => socket.send([get(2)])).toThrow(first as Error);
		expect(() => socket.sendBatch([get(2)])).toThrow(first as Error);
		expect(() => socket.dump(RTM_GETLINK, RTM_NEWLINK, {})).toThrow(first as Error);
		expect(transport.sends).toBe(1);
	});

	it("names the request and the time in the error", () => {
		const { socket } = scripted(() => [], { timeout: 7 });
		expect(() => socket.send([get(1)])).toThrow(
			"RTM_GETLINK: no reply from the kernel within 7 ms",
		);
	});
});

describe("a socket", () => {
	it("asks for extended acknowledgements, capped ones, and strict checks", () => {
		const { transport } = scripted(obliging);
		const [EXT_ACK, CAP_ACK, GET_STRICT_CHK] = [11, 10, 12];
		expect(transport.options).toEqual([
			[270, EXT_ACK, 1],
			[270, CAP_ACK, 1],
			[270, GET_STRICT_CHK, 1],
		]);
	});

	it("closes its descriptor", () => {
		const { socket, transport } = scripted(obliging);
		socket.close();
		expect(transport.closed).toBe(true);
	});
});
