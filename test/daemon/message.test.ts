/** The messages of the service: bytes as protobufjs has them, and a place for all that a report says. */
import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { error as errorShape, OUTPUTS } from "../../src/cli/schema/output.js";
import { decodeMessage, encodeMessage, methods } from "../../src/proto/message.js";
import service from "../../src/proto/service.json" with { type: "json" };

const root = protobuf.Root.fromJSON(service);

interface Schema {
	readonly type?: string | readonly string[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly items?: Schema;
}

/** A message that is nothing but one list stands for that. */
function unwrapped(type: protobuf.Type): protobuf.Field | protobuf.Type {
	const [only, ...others] = type.fieldsArray;
	return only !== undefined && others.length === 0 && only.repeated ? only : type;
}

/** The places in a schema of what is printed that a message has no field for. */
function missing(schema: Schema, type: protobuf.Type, path: string): string[] {
	return Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
		const place = `${path}.${name}`;
		const field = type.fields[name];
		if (field === undefined) return [place];
		let inner = field.resolve().resolvedType;
		const list = inner instanceof protobuf.Type ? unwrapped(inner) : undefined;
		if (list instanceof protobuf.Field) inner = list.resolve().resolvedType;
		const below = one.items ?? one;
		if (!(inner instanceof protobuf.Type)) return [];
		return missing(below, inner, place);
	});
}

test.each(["up", "down", "plan", "status", "recover", "confirm", "doctor", "why"] as const)(
	"the answer to %s has a place for all that the command line prints",
	(verb) => {
		const name = `${verb[0]?.toUpperCase()}${verb.slice(1)}`;
		const { responseType } = methods[name as keyof typeof methods];
		const { schema } = OUTPUTS[verb];
		expect(missing(schema, root.lookupType(`umlnet.v1.${responseType}`), verb)).toEqual([]);
	},
);

test("and so has a failure", () => {
	const { properties } = errorShape.schema as { properties: { error: Schema } };
	expect(missing(properties.error, root.lookupType("umlnet.v1.Failure"), "error")).toEqual([]);
});

/** Values of a message, in the way of a spec, and as protobufjs takes them. */
const SPEC = {
	version: 1,
	networks: { lab: { mode: "host-only", addresses: ["10.0.0.1/24"], mtu: 1400, proxyArp: true } },
	taps: { tap0: { network: "lab", owner: 0, group: "kvm", guest: { mac: "02:00:00:00:00:01" } } },
};
const PLAIN = {
	version: 1,
	networks: { lab: { mode: 4, addresses: ["10.0.0.1/24"], mtu: 1400, proxyArp: true } },
	taps: {
		tap0: {
			network: "lab",
			owner: { id: 0 },
			group: { name: "kvm" },
			guest: { mac: "02:00:00:00:00:01" },
		},
	},
};

describe("a spec", () => {
	const Request = root.lookupType("umlnet.v1.UpRequest");

	test("is what protobufjs reads of it, and the other way round", () => {
		const bytes = encodeMessage("UpRequest", { spec: SPEC, confirmWithin: 7 });
		expect(Request.toObject(Request.decode(bytes))).toEqual({ spec: PLAIN, confirmWithin: 7 });
		const theirs = Request.encode(Request.fromObject({ spec: PLAIN, prune: true })).finish();
		expect(decodeMessage("UpRequest", theirs)).toEqual({ spec: SPEC, prune: true });
	});

	test("says nothing of what is absent, where a report says what that is", () => {
		expect(decodeMessage("UpRequest", encodeMessage("UpRequest", { spec: {} }))).toEqual({
			spec: {},
			prune: false,
		});
		expect(decodeMessage("DownResponse", new Uint8Array())).toEqual({
			changed: false,
			steps: [],
			taps: [],
		});
		expect(decodeMessage("Difference", new Uint8Array())).toMatchObject({
			wanted: null,
			found: null,
		});
	});

	test("with keys of Object.prototype stays what it is", () => {
		const spec = {
			version: 1,
			taps: JSON.parse('{"__proto__":{"network":"a"},"constructor":{"network":"b"}}'),
		};
		const read = decodeMessage("UpRequest", encodeMessage("UpRequest", { spec })) as {
			spec: typeof spec;
		};
		expect(Object.keys(read.spec.taps)).toEqual(["__proto__", "constructor"]);
	});
});

test.each([[0], [false], [""], ["text"], [1.5], [true]])(
	"%j is itself in a difference",
	(wanted) => {
		const value = { object: "o", field: "f", wanted, found: null, message: "m" };
		expect(decodeMessage("Difference", encodeMessage("Difference", value))).toEqual(value);
	},
);

test("a value that no field can have is refused by its name", () => {
	expect(() => encodeMessage("UpRequest", { confirmWithin: 1.5 })).toThrow(
		"confirmWithin cannot be 1.5",
	);
	expect(() => encodeMessage("UpRequest", { spec: { networks: { a: { mode: "mesh" } } } })).toThrow(
		"mode",
	);
});

test("bytes that are no message end in an error or in a value, and cost no more than they are long", () => {
	let refused = 0;
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(300), (noise, at) => {
			const good = encodeMessage("UpRequest", { spec: SPEC });
			const bytes = Buffer.concat([good.subarray(0, at), noise]);
			try {
				decodeMessage("UpRequest", bytes);
			} catch (error) {
				refused++;
				expect(error).toBeInstanceOf(Error);
			}
		}),
		{ numRuns: 2000 },
	);
	expect(refused).toBeGreaterThan(100);
});
