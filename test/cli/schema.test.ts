import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { parse } from "yaml";
import type { envelope } from "../../src/cli/failure.js";
import type * as output from "../../src/cli/schema/output.js";
import type { Shape } from "../../src/cli/schema/shape.js";
import type {
	ConfirmReport,
	DownReport,
	PlanReport,
	RecoverReport,
	StatusReport,
	UpReport,
} from "../../src/service/reports.js";
import { fieldsOf } from "../../src/spec/schema.js";
import { checkSpec } from "../../src/spec/spec.js";
import { EXAMPLES } from "../docs/example.js";
import { accepted, likely, spec } from "../engine/spec-arbitrary.js";
import { umlnet } from "./console.js";

const schemaOf = async (document: string): Promise<Readonly<Record<string, unknown>>> =>
	JSON.parse((await umlnet(["schema", document])).stdout);

/** A type without the differences between two notations of it. */
type Plain<T> = T extends readonly (infer U)[]
	? readonly Plain<U>[]
	: T extends object
		? { [K in keyof T]: Plain<T[K]> }
		: T;
type Said<S> = S extends Shape<infer T> ? Plain<T> : never;

test("what output.ts says is what the reports are, to the last key", () => {
	expectTypeOf<Said<typeof output.up>>().toEqualTypeOf<Plain<UpReport>>();
	expectTypeOf<Said<typeof output.down>>().toEqualTypeOf<Plain<DownReport>>();
	expectTypeOf<Said<typeof output.plan>>().toEqualTypeOf<Plain<PlanReport>>();
	expectTypeOf<Said<typeof output.status>>().toEqualTypeOf<Plain<StatusReport>>();
	expectTypeOf<Said<typeof output.recover>>().toEqualTypeOf<Plain<RecoverReport>>();
	expectTypeOf<Said<typeof output.confirm>>().toEqualTypeOf<Plain<ConfirmReport>>();
	expectTypeOf<Omit<ReturnType<typeof envelope>, "apiVersion">>().toExtend<
		Said<typeof output.error>
	>();
});

describe("the schema of specs", () => {
	const validator = async () => {
		const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
		return ajv.compile(await schemaOf("spec"));
	};

	test("is a JSON Schema that knows every field, and says something of each", async () => {
		const schema = await schemaOf("spec");
		expect(new Ajv2020().validateSchema(schema)).toBe(true);
		const defs = schema.$defs as Readonly<
			Record<string, { properties: Readonly<Record<string, { description?: string }>> }>
		>;
		for (const name of ["Network", "Pool", "Tap", "Guest"]) {
			const { properties = {} } = defs[name] ?? {};
			expect(Object.keys(properties)).toEqual([...fieldsOf(name).keys()]);
			for (const [key, { description }] of Object.entries(properties))
				expect(description, `${name}.${key}`).toMatch(/\w/);
		}
	});

	test("takes whatever is taken", async () => {
		const validate = await validator();
		let good = 0;
		fc.assert(
			fc.property(fc.oneof(spec, likely), (value) => {
				if (accepted(() => checkSpec(value)) === undefined) return;
				good++;
				validate(JSON.parse(JSON.stringify(value)));
				expect(validate.errors ?? []).toEqual([]);
			}),
			{ numRuns: 3000 },
		);
		expect(good).toBeGreaterThan(100);
	});

	test.each(readdirSync(EXAMPLES).filter((name) => name.endsWith(".yaml")))(
		"takes examples/%s",
		async (name) => {
			const validate = await validator();
			validate(parse(readFileSync(join(EXAMPLES, name), "utf8")));
			expect(validate.errors ?? []).toEqual([]);
		},
	);

	test.each([
		["a typo", { version: 1, networks: { lab: { mode: "nat", uplnk: "eth1" } } }],
		["another mode", { version: 1, networks: { lab: { mode: "natt" } } }],
		["no mode", { version: 1, networks: { lab: {} } }],
		["no version", { networks: {} }],
		["another version", { version: 2 }],
		["a name that no interface has", { version: 1, taps: { "a tap": { network: "lab" } } }],
		["a packet that is too large", { version: 1, taps: { tap0: { network: "lab", mtu: 65_522 } } }],
		["a text for a number", { version: 1, taps: { tap0: { network: "lab", mtu: "1500" } } }],
		["no list", { version: 1, networks: { lab: { mode: "nat", addresses: "10.0.0.1/24" } } }],
	])("refuses %s, as we do", async (_, value) => {
		const validate = await validator();
		expect(validate(value)).toBe(false);
		expect(accepted(() => checkSpec(value))).toBeUndefined();
	});
});

test("the schema of outputs is a JSON Schema, and names each verb that prints one", async () => {
	const schema = await schemaOf("output");
	expect(new Ajv2020().validateSchema(schema)).toBe(true);
	expect(Object.keys(schema.$defs as object)).toEqual(
		expect.arrayContaining(["up", "down", "plan", "status", "recover", "confirm", "error"]),
	);
});

test("there is no other schema", async () => {
	expect(await umlnet(["schema", "specs"])).toMatchObject({ status: 2 });
	expect(await umlnet(["schema"])).toMatchObject({ status: 2 });
});
