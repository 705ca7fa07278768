import { expect, test } from "vitest";
import { compileTables } from "../../src/kinds/ruleset/compile.js";
import type { Chain, DeclaredTable } from "../../src/kinds/ruleset/table.js";
import { tableKind } from "../../src/kinds/table.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { NFPROTO_BRIDGE, NFPROTO_INET } from "../../src/uapi/netfilter.js";
import {
	NFT_MSG_DELCHAIN,
	NFT_MSG_DELRULE,
	NFT_MSG_DELTABLE,
	NFT_MSG_GETRULE,
	NFT_MSG_NEWRULE,
} from "../../src/uapi/nf_tables.js";
import { lan } from "../engine/hosts.js";
import { host } from "../nftables/ruleset.js";
import { messagesOf, Stage } from "./stage.js";
import { testKind } from "./table.js";

/**
 * The kind with other tables than ours, as it should work for any: two families, two chains that the kernel calls, and
 * one that rules jump to.
 */
const guests = { set: { name: "guests", type: "ifname" } } as const;
const fromGuest = {
	match: { op: "==", left: { meta: { key: "iifname" } }, right: "@guests" },
} as const;
const servers = (...ports: readonly number[]) =>
	[
		{
			match: {
				op: "==",
				left: { payload: { protocol: "udp", field: "sport" } },
				right: { set: ports },
			},
		},
		{ counter: "rogue" },
		{ drop: null },
	] as const;
const guardAgainst = (...ports: readonly number[]): Chain => ({
	create: { name: "guard" },
	rules: [servers(...ports), [{ counter: null }, { drop: null }]],
});
const guard = guardAgainst(67, 547);
const prerouting: Chain = {
	create: { name: "prerouting", type: "filter", hook: "prerouting", prio: -310, policy: "accept" },
	rules: [[fromGuest, { goto: { target: "guard" } }]],
};
const forward: Chain = {
	create: { name: "forward", type: "filter", hook: "forward", prio: 0, policy: "accept" },
	rules: [[fromGuest, { accept: null }], [{ counter: null }]],
};
const of = (family: DeclaredTable["family"], chains: readonly Chain[]): DeclaredTable => ({
	family,
	name: "umlnet-nl",
	comment: "a lab",
	declarations: [guests, { counter: { name: "rogue" } }],
	chains,
});
const kind = tableKind(
	compileTables([of("bridge", [guard, prerouting]), of("inet", [forward])], { host }),
);
const bridge = { family: "bridge", name: "umlnet-nl" } as const;
const inet = { name: "umlnet-nl" } as const;

/** Somebody else: `nft flush chain FAMILY umlnet-nl NAME`; without a name, every chain of the table. */
const flush =
	(name?: string, family = NFPROTO_BRIDGE) =>
	(kernel: FakeKernel): void => {
		const value = {
			nfgen_family: family,
			NFTA_RULE_TABLE: "umlnet-nl",
			NFTA_RULE_CHAIN: name,
		};
		kernel.nftables([request(NFT_MSG_DELRULE, 0, value)]);
	};

const lostRules = (chain: string, family = "bridge"): string =>
	`nft table ${family} umlnet-nl has lost the rules of ${chain}, or has others`;

testKind(kind, {
	creations: [
		{
			name: "a table of family bridge",
			by: "labels",
			host: lan,
			want: bridge,
			steps: ["filter: create nft table bridge umlnet-nl"],
			removal: ["filter: delete nft table bridge umlnet-nl"],
		},
		{
			name: "one of family inet with the same name",
			by: "labels",
			host: lan,
			want: inet,
			steps: ["filter: create nft table inet umlnet-nl"],
			removal: ["filter: delete nft table inet umlnet-nl"],
		},
	],
	drifts: [
		{
			name: "all chains of a table were flushed",
			host: lan,
			want: bridge,
			meddle: flush(),
			told: [lostRules("guard"), lostRules("prerouting")],
		},
		{
			name: "the chain was flushed that another jumps to",
			host: lan,
			want: bridge,
			meddle: flush("guard"),
			told: [lostRules("guard")],
		},
		{
			name: "the chain was flushed that jumps to another",
			host: lan,
			want: bridge,
			meddle: flush("prerouting"),
			told: [lostRules("prerouting")],
		},
		{
			name: "a chain was deleted",
			host: lan,
			want: bridge,
			meddle: (kernel) => {
				kernel.nftables([
					request(NFT_MSG_DELCHAIN, 0, {
						nfgen_family: NFPROTO_BRIDGE,
						NFTA_CHAIN_TABLE: "umlnet-nl",
						NFTA_CHAIN_NAME: "prerouting",
					}),
				]);
			},
			told: ["nft table bridge umlnet-nl has lost its chain prerouting"],
		},
		{
			name: "a table was deleted",
			host: lan,
			want: bridge,
			meddle: (kernel) => {
				kernel.nftables([
					request(NFT_MSG_DELTABLE, 0, {
						nfgen_family: NFPROTO_BRIDGE,
						NFTA_TABLE_NAME: "umlnet-nl",
					}),
				]);
			},
			told: ["nft table bridge umlnet-nl is gone"],
		},
	],
});

/** A host with both tables, after somebody else has changed something. */
function meddledWith(meddle: (kernel: FakeKernel) => void): FakeKernel {
	const stage = new Stage(lan);
	stage.do([...kind.create(bridge), ...kind.create(inet)]);
	stage.kernel.aside(() => meddle(stage.kernel));
	return stage.kernel;
}

test.each([["guard"], ["prerouting"]])(
	"only chain %s is filled again when it alone was emptied",
	(name) => {
		const kernel = meddledWith(flush(name));
		const [step] = kind.change(bridge, bridge, kernel);
		if (step?.do.via !== "nftables") throw new Error("rules are put back otherwise now");
		const rules = step.do.batch.filter(({ message }) => message === NFT_MSG_NEWRULE);
		const chains = rules.map(
			({ value }) => (value as { NFTA_RULE_CHAIN?: string }).NFTA_RULE_CHAIN,
		);
		expect(new Set(chains)).toEqual(new Set([name]));
	},
);

test("a rule that jumps to a chain does not stand for a rule of it", () => {
	const kernel = meddledWith((host) => {
		const value = {
			nfgen_family: NFPROTO_BRIDGE,
			NFTA_RULE_TABLE: "umlnet-nl",
			NFTA_RULE_CHAIN: "guard",
		};
		const [first] = host.readNftables(NFT_MSG_GETRULE, NFT_MSG_NEWRULE, value, true);
		const { NFTA_RULE_HANDLE } = first ?? {};
		host.nftables([request(NFT_MSG_DELRULE, 0, { ...value, NFTA_RULE_HANDLE })]);
	});
	expect(messagesOf(kind.drift(bridge, kernel))).toEqual([lostRules("guard")]);
});

test("a table is looked at apart from one of another family", () => {
	const kernel = meddledWith(flush("forward", NFPROTO_INET));
	expect(kind.drift(bridge, kernel)).toEqual([]);
	expect(messagesOf(kind.drift(inet, kernel))).toEqual([lostRules("forward", "inet")]);
	expect(kind.key(bridge)).not.toBe(kind.key(inet));
});

test("a table as it was made is verified, chains that are jumped to and all", () => {
	const kernel = meddledWith(() => {});
	expect([...(kind.verify?.(bridge, kernel) ?? ["nothing"])]).toEqual([]);
	expect([...(kind.verify?.(inet, kernel) ?? ["nothing"])]).toEqual([]);
	flush("guard")(kernel);
	expect(messagesOf(kind.verify?.(bridge, kernel))).toEqual([
		"nft table bridge umlnet-nl: rule of chain guard, number 1, is missing",
		"nft table bridge umlnet-nl: rule of chain guard, number 2, is missing",
	]);
});

test("a rule is verified with what its own set holds", () => {
	const other = tableKind(
		compileTables([of("bridge", [guardAgainst(547, 68), prerouting])], { host }),
	);
	const stage = new Stage(lan);
	stage.do(other.create(bridge));
	expect(other.verify?.(bridge, stage.kernel)).toEqual([]);
	expect(messagesOf(kind.verify?.(bridge, stage.kernel))).toEqual([
		"nft table bridge umlnet-nl: rule of chain guard, number 1: NFTA_RULE_EXPRESSIONS.3.NFTA_EXPR_DATA." +
			"NFTA_LOOKUP_SET is { 0x0044, 0x0223 }, was made { 0x0043, 0x0223 }",
	]);
});

test("what was counted is no difference", () => {
	const table = of("inet", [forward]);
	const counted = [guests, { counter: { name: "rogue", packets: 5, bytes: 400 } }];
	const stage = new Stage(lan);
	const other = tableKind(compileTables([{ ...table, declarations: counted }], { host }));
	stage.do(other.create(inet));
	expect(kind.verify?.(inet, stage.kernel)).toEqual([]);
});

test("a table of ours that nobody made is told of, with its family", () => {
	const kernel = meddledWith(() => {});
	const look = { kernel, links: [], place: undefined };
	expect(kind.strays?.([inet], look)).toEqual([
		expect.objectContaining({ made: { name: "umlnet-nl", family: "bridge" } }),
	]);
	expect(kind.strays?.([inet, bridge], look)).toEqual([]);
});

test("tables made in one batch have sets with numbers of their own", () => {
	const [first, second] = compileTables(
		[of("bridge", [guard, prerouting]), of("inet", [forward])],
		{
			host,
		},
	);
	const ids = [first, second].flatMap((table) =>
		(table?.create ?? []).flatMap(({ value }) => {
			const { NFTA_SET_ID: id } = value as { NFTA_SET_ID?: number };
			return id === undefined ? [] : [id];
		}),
	);
	expect(ids).toHaveLength(2);
	expect(new Set(ids).size).toBe(2);
});
