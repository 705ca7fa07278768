import { describe, expect, test } from "vitest";
import { NetlinkListener, NetlinkSocket } from "../../src/netlink/index.js";
import { apply, compile, list, watch } from "../../src/nftables/index.js";

const EMPTY = { nftables: [] };
/** Each call with one argument left open, and the options that it has. */
const CALLS = {
	"apply()": [
		(options: never) => apply(EMPTY, options),
		["netns", "connection", "host", "context", "check", "echo"],
	],
	"compile()": [(options: never) => compile(EMPTY, options), ["host", "context"]],
	"list() which": [(filter: never) => list(filter), ["family", "table"]],
	"list()": [(options: never) => list({}, options), ["netns", "connection", "host"]],
	"watch()": [
		(options: never) => watch(options),
		["netns", "connection", "host", "signal", "bufferBytes"],
	],
	"new NetlinkSocket()": [
		(options: never) => new NetlinkSocket(0, options),
		["timeout", "dumpTries", "open"],
	],
	"new NetlinkListener()": [
		(options: never) => new NetlinkListener(0, [], options),
		["bufferBytes", "open"],
	],
} as const;
const WRONG = [null, 5.5, -1, Number.NaN, "", "a\0b", [], () => {}, Symbol("x"), 7n];
/** A wrong value for one option may be right for another. */
const RIGHT: Readonly<Record<string, readonly unknown[]>> = {
	open: [WRONG[7]],
	timeout: [5.5],
};

describe.each(Object.entries(CALLS))("%s", (_, [call, options]) => {
	test("refuses options that are no object, before anything is sent", () => {
		for (const wrong of WRONG)
			expect(() => call(wrong as never)).toThrow(expect.objectContaining({ code: "ERR_USAGE" }));
	});
	test("names an option it does not have", () => {
		expect(() => call({ famly: "inet" } as never)).toThrow(/has no option famly/);
	});
	test.each(options)("takes no %s of a wrong type", (name) => {
		for (const wrong of WRONG) {
			if (RIGHT[name]?.includes(wrong)) continue;
			const asked = () => call({ [name]: wrong } as never);
			expect(asked).toThrow(expect.objectContaining({ code: "ERR_USAGE" }));
			expect(asked).toThrow(new RegExp(`option ${name} takes `));
		}
	});
});

test("a socket wants numbers for its protocol and its groups", () => {
	expect(() => new NetlinkSocket("route" as never)).toThrow(/protocol is a string/);
	expect(() => new NetlinkListener(0, ["link"] as never)).toThrow(
		/groups is an array, not an array of/,
	);
});
