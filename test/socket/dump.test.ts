import { describe, expect, it } from "vitest";
import {
	type Frame,
	NLM_F_ACK,
	NLM_F_DUMP,
	NLM_F_DUMP_INTR,
	NLM_F_MULTI,
	NLM_F_REQUEST,
} from "../../src/netlink/frame.js";
import { DeadlineError, DumpInterruptedError, WireError } from "../../src/netlink/index.js";
import { RTM_GETLINK, RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { arrival, donePart, errorPart, part, type Script, scripted } from "./script.js";

const link = ({ seq }: Frame, ifi_index: number, flags = 0) =>
	part(RTM_NEWLINK, { ifi_index }, { seq, flags: NLM_F_MULTI | flags });
const dump = (script: Script, options = {}) => {
	const { socket, transport } = scripted(script, options);
	const indexes = () => socket.dump(RTM_GETLINK, RTM_NEWLINK, {}).map(({ ifi_index }) => ifi_index);
	return { indexes, socket, transport };
};

describe("a dump", () => {
	it("asks with NLM_F_DUMP and for no acknowledgement", () => {
		let flags = 0;
		const { indexes } = dump(([asked]) => {
			flags = (asked as Frame).flags;
			return [arrival(donePart(asked as Frame))];
		});
		expect(indexes()).toEqual([]);
		expect(flags).toBe(NLM_F_REQUEST | NLM_F_DUMP);
		expect(flags & NLM_F_ACK).toBe(0);
	});

	it("is put together from all its datagrams", () => {
		const { indexes } = dump(([asked]) => [
			arrival(link(asked as Frame, 1), link(asked as Frame, 2)),
			arrival(link(asked as Frame, 3)),
			arrival(donePart(asked as Frame)),
		]);
		expect(indexes()).toEqual([1, 2, 3]);
	});

	it("may end in the datagram of its last message, with a count instead of zero", () => {
		const { indexes } = dump(([asked]) => [
			arrival(link(asked as Frame, 1), donePart(asked as Frame, 92)),
		]);
		expect(indexes()).toEqual([1]);
	});

	it("keeps the kernel's words when NLMSG_DONE carries an error", () => {
		const { indexes } = dump(([asked]) => [
			arrival(link(asked as Frame, 1)),
			arrival(donePart(asked as Frame, -22, { message: "Invalid values in header" })),
		]);
		expect(indexes).toThrow("RTM_GETLINK: EINVAL: Invalid values in header");
	});

	it("is refused when a datagram was cut, whatever of it still makes sense", () => {
		const { indexes } = dump(([asked]) => [
			{ ...arrival(link(asked as Frame, 1), donePart(asked as Frame)), trueLength: 65_540 },
		]);
		expect(indexes).toThrow(/65540 bytes was cut to 65536/);
	});

	it("can be refused at once", () => {
		const { indexes } = dump(([asked]) => [arrival(errorPart(asked as Frame, 95))]);
		expect(indexes).toThrow(/EOPNOTSUPP|ENOTSUP/);
	});

	it("is asked again when the kernel says it was torn, and forgets the torn answer", () => {
		let tries = 0;
		const { indexes } = dump(([asked]) => {
			const torn = ++tries < 3 ? NLM_F_DUMP_INTR : 0;
			return [
				arrival(link(asked as Frame, tries, torn)),
				arrival(link(asked as Frame, 10 + tries)),
				arrival(donePart(asked as Frame)),
			];
		});
		expect(indexes()).toEqual([3, 13]);
		expect(tries).toBe(3);
	});

	it("counts as torn when only NLMSG_DONE says so", () => {
		let tries = 0;
		const { indexes } = dump(([asked]) => [
			arrival(donePart(asked as Frame, 0, {}, ++tries === 1 ? NLM_F_DUMP_INTR : 0)),
		]);
		indexes();
		expect(tries).toBe(2);
	});

	it("gives up after as many tries as it was told, and the socket stays usable", () => {
		let torn = NLM_F_DUMP_INTR;
		const { indexes, transport } = dump(
			([asked]) => [arrival(donePart(asked as Frame, 0, {}, torn))],
			{ dumpTries: 4 },
		);
		expect(indexes).toThrow(DumpInterruptedError);
		expect(indexes).toThrow("RTM_GETLINK: interrupted by changes 4 times in a row");
		expect(transport.sends).toBe(8);
		torn = 0;
		expect(indexes()).toEqual([]);
	});

	it("that never ends is a DeadlineError", () => {
		const { indexes } = dump(([asked]) => [arrival(link(asked as Frame, 1))]);
		expect(indexes).toThrow(DeadlineError);
	});

	it("skips notifications and answers to others between its own messages", () => {
		const { indexes, socket } = dump(([asked]) => [
			arrival(link(asked as Frame, 1), { ...link(asked as Frame, 66), seq: 0 }),
			{ ...arrival(donePart(asked as Frame)), from: 12 },
			arrival(link(asked as Frame, 2), { ...donePart(asked as Frame), portId: 1 }),
			arrival(donePart(asked as Frame)),
		]);
		expect(indexes()).toEqual([1, 2]);
		expect(socket.strays).toBe(3);
	});

	it("that makes no sense breaks the socket off: the rest of it is still on the way", () => {
		const { indexes, transport } = dump(([asked]) => [
			arrival({ ...link(asked as Frame, 1), payload: new Uint8Array(3) }),
		]);
		expect(indexes).toThrow(WireError);
		expect(indexes).toThrow(WireError);
		expect(transport.sends).toBe(1);
	});
});
