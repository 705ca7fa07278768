/** The policy: what is wrong with a file, and what a user gets of it, on a model of a kernel. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ONLY_ROOT, parsePolicy, prefixOf, type Rule, ruleFor } from "../../src/daemon/policy.js";
import { RestrictedNetworks, Turns } from "../../src/daemon/restricted.js";
import { SpecError } from "../../src/spec/error.js";
import { ModelHost } from "../../src/testing/model.js";

const ACCOUNTS = {
	user: (name: string) => ({ alice: 1000, bob: 1001 })[name],
	group: (name: string) => ({ kvm: 36 })[name],
};
const parse = (text: string) => parsePolicy(text, "policy.yaml", ACCOUNTS);
const rule = (fields: string) => `version: 1\nrules: { r: { ${fields} } }`;
const GOOD = 'users: [alice], prefix: "a-", addresses: [10.90.0.0/16]';

const peer = (uid: number, gid = uid, groups: readonly number[] = []) => ({
	pid: 1,
	uid,
	gid,
	groups,
});

describe("a policy file", () => {
	test("says who may have what, and what is usual where it says nothing", () => {
		const { rules } = parse(rule(GOOD));
		expect(rules).toMatchObject([
			{
				name: "r",
				prefix: "a-",
				modes: ["nat", "host-only"],
				uplinks: [],
				taps: 8,
				connections: 8,
			},
		]);
		expect(rules[0]?.users).toEqual(new Set([1000]));
	});

	test("may be JSON, and may give nobody anything", () => {
		expect(parsePolicy('{"version":1,"rules":{}}', "policy.json", ACCOUNTS)).toEqual(ONLY_ROOT);
		expect(parse("version: 1")).toEqual(ONLY_ROOT);
	});

	test.each([
		["", "has no version"],
		["version: 2", "must be 1"],
		["version: 1\nrule: {}", "is no field of a policy"],
		["version: 1\nrules: []", "must be a map"],
		[rule(`${GOOD}, prefx: b`), "did you mean prefix?"],
		[rule(GOOD.replace("alice", "carol")), "not a user of this machine"],
		[rule(GOOD.replace("users: [alice], ", "")), "is for nobody"],
		[rule(GOOD.replace("[alice]", "[alice, bob]")), "is the same for several users"],
		[rule(GOOD.replace("users: [alice]", "groups: [kvm]")), "is the same for several users"],
		[rule(GOOD.replace('"a-"', '"-a"')), "beginning of the name of an interface"],
		[rule(GOOD.replace('"a-"', '"aaaaaaaaaaaaaaa"')), "leaves no room"],
		[rule(GOOD.replace(', prefix: "a-"', "")), "is missing"],
		[rule(GOOD.replace("10.90.0.0/16", "10.90.0.1/16")), "must be a range"],
		[rule(GOOD.replace("10.90.0.0/16", "10.90/16")), "rules.r.addresses[0]"],
		[rule(GOOD.replace(", addresses: [10.90.0.0/16]", "")), "rules.r.addresses"],
		[rule(`${GOOD}, modes: [bridged]`), "is none of nat, routed, host-only"],
		[rule(`${GOOD}, taps: -1`), "must be a number"],
		[rule(`${GOOD}, taps: 1.5`), "must be a number"],
		[rule(`${GOOD}, uplinks: eth1`), "must be a list"],
	])("%j is refused", (text, why) => {
		expect(() => parse(text)).toThrow(SpecError);
		expect(() => parse(text)).toThrow(why);
	});

	test("tells all that is wrong at once, with its place", () => {
		const text = "version: 1\nrules:\n  r:\n    users: [carol]\n    taps: many\n";
		try {
			parse(text);
			expect.unreachable();
		} catch (error) {
			const { issues } = error as SpecError;
			expect(issues.map(({ path }) => path)).toEqual(
				expect.arrayContaining([
					"rules.r.users[0]",
					"rules.r.taps",
					"rules.r.prefix",
					"rules.r.addresses",
				]),
			);
			expect(issues.find(({ path }) => path === "rules.r.taps")).toMatchObject({ line: 5 });
		}
	});

	test("is for users by name, by group, and by any group; the first rule is theirs", () => {
		const policy = parse(
			`version: 1\nrules:\n  one: { ${GOOD} }\n  two: { groups: [kvm], prefix: "k{uid}-", addresses: [10.91.0.0/16] }`,
		);
		expect(ruleFor(policy, peer(1000, 36))?.name).toBe("one");
		expect(ruleFor(policy, peer(7, 36))?.name).toBe("two");
		expect(ruleFor(policy, peer(7, 7, [36]))?.name).toBe("two");
		expect(ruleFor(policy, peer(7))).toBeUndefined();
		expect(prefixOf(policy.rules[1] as Rule, 7)).toBe("k7-");
	});
});

describe("a user", () => {
	const TEXT = rule(
		'users: [alice, bob], prefix: "u{uid}-", uplinks: [eth1], addresses: [10.90.0.0/16], taps: 2',
	);
	let model: ModelHost;
	let turns: Turns;
	beforeEach(() => {
		model = new ModelHost();
		turns = new Turns();
	});
	afterEach(() => model.close());

	const as = (uid: number) =>
		new RestrictedNetworks(model, parse(TEXT).rules[0] as Rule, peer(uid), turns);
	const spec = (tap: string, n = 1, more: object = {}, network: object = {}) => ({
		version: 1 as const,
		networks: {
			lab: { mode: "nat" as const, uplink: "eth1", addresses: [`10.90.${n}.1/24`], ...network },
		},
		taps: { [tap]: { network: "lab", ...more } },
	});
	const denied = { code: "ERR_PERMISSION" };

	test("owns what they bring up, and nobody else sees it or takes it down", async () => {
		const { taps } = await as(1000).up(spec("u1000-a"));
		expect(taps).toMatchObject([{ name: "u1000-a", owner: 1000 }]);
		expect(await as(1001).status()).toEqual({ taps: [], resources: [] });
		expect(await as(1001).down({ taps: ["u1000-a"] })).toMatchObject({ changed: false });
		expect(await as(1001).down({ all: true })).toMatchObject({ changed: false });
		expect((await as(1000).status(undefined, { verify: true })).exact).toBe(true);
		expect(await as(1000).down({ all: true })).toMatchObject({ taps: ["u1000-a"] });
	});

	test("has no part in what root made with a name like theirs", async () => {
		await model.up(spec("u1000-root", 7, { owner: 0 }));
		expect((await as(1000).status()).taps).toEqual([]);
		expect(await as(1000).down({ taps: ["u1000-root"] })).toMatchObject({ changed: false });
		await expect(as(1000).up(spec("u1000-root", 7))).rejects.toMatchObject({
			code: "ERR_CONFLICT",
		});
	});

	test("may not change what is shared by who asks", async () => {
		for (const [more, network] of [
			[{ owner: 0 }, {}],
			[{ group: 36 }, {}],
			[{}, { bridge: "br0" }],
			[{}, { snatTo: "10.90.1.1" }],
			[{}, { forwarding: "global" }],
			[{}, { guard: "none" }],
			[{ guard: "none" }, {}],
			[{}, { pool: { size: 3 } }],
			[{}, { uplink: "eth2" }],
			[{}, { mode: "routed" }],
			[{ guest: { addresses: ["10.90.1.2/24"] }, publish: ["2222:22/tcp"] }, {}],
		])
			await expect(as(1000).up(spec("u1000-a", 1, more, network))).rejects.toMatchObject(denied);
		expect((await model.status()).taps).toEqual([]);
	});

	test("has as many taps as they may, though they ask for many at once", async () => {
		const many = Array.from({ length: 6 }, (_, n) => as(1000).up(spec(`u1000-${n}`, n)));
		const ended = await Promise.allSettled(many);
		expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
		expect((await model.status()).taps).toHaveLength(2);
		// What is up already is none more.
		await expect(as(1000).up(spec("u1000-0", 0))).resolves.toMatchObject({ changed: false });
		expect((await as(1001).up(spec("u1001-0", 9))).changed).toBe(true);
	});

	test("cannot stop others, or do what is root's", async () => {
		const one = as(1000);
		for (const call of [
			() => one.up(spec("u1000-a"), { confirmWithin: 60_000 }),
			() => one.down({ all: true }, { confirmWithin: 60_000 }),
			() => one.up(spec("u1000-a"), { prune: true }),
			() => one.plan(spec("u1000-a"), { prune: true }),
			() => one.take(),
			() => one.confirm(),
			() => one.recover(),
			() => one.doctor(),
			() => one.why(),
		])
			await expect(call()).rejects.toMatchObject(denied);
	});

	test("is told what is wrong with a spec as anybody is", async () => {
		await expect(
			as(1000).up({ version: 1, networks: {}, taps: { x: { network: "none" } } } as never),
		).rejects.toThrow(SpecError);
	});
});
