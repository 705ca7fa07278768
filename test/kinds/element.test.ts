import { expect, it, test } from "vitest";
import { execute } from "../../src/kernel/execute.js";
import { ElementSet } from "../../src/kinds/element.js";
import { TABLE } from "../../src/kinds/mark.js";
import { snatTo } from "../../src/kinds/ruleset/set/snat-to.js";
import { table } from "../../src/kinds/table.js";
import { request } from "../../src/netlink/request.js";
import { type Command, compile, type Expression } from "../../src/nftables/index.js";
import { NFPROTO_INET } from "../../src/uapi/netfilter.js";
import { NLM_F_CREATE } from "../../src/uapi/netlink.js";
import { NFT_MSG_NEWSETELEM } from "../../src/uapi/nf_tables.js";
import { NFT_SET_ELEM_CATCHALL } from "../../src/uapi/nf_tables_const.js";
import { lan } from "../engine/hosts.js";
import { host } from "../nftables/ruleset.js";
import { Stage } from "./stage.js";

const inet = { family: "inet", name: "lab" } as const;

/** The element of a set as the nft compiler encodes it. */
function compiled(declaration: Command, element: Expression, name: string): string {
	const { messages } = compile(
		{
			nftables: [
				{ add: { table: inet } },
				declaration,
				{ add: { element: { family: "inet", table: "lab", name, elem: [element] as never } } },
			],
		},
		{ host },
	);
	const { message, value } = messages.at(-1) as (typeof messages)[number];
	// The set is identified by its name and not by its id, because it already exists when the engine adds an element.
	const bytes = message.encode({
		...(value as object),
		NFTA_SET_ELEM_LIST_SET_ID: undefined,
	} as never);
	return Buffer.from(bytes).toString("hex");
}

const MAC = "02:00:00:00:00:01";
const cases = [
	["a name", "ifname", ["tap0"]],
	["a MAC", "ether_addr", [MAC]],
	["an IPv4 address", "ipv4_addr", ["192.0.2.1"]],
	["an IPv6 address", "ipv6_addr", ["2001:db8::1"]],
	["a protocol", "inet_proto", [6]],
	["a port", "inet_service", [8080]],
	["names", ["ifname", "ifname"], ["tap0", "eth1"]],
	["a name and a MAC, which is padded", ["ifname", "ether_addr"], ["tap0", MAC]],
	["fields behind a padded one", ["ifname", "ether_addr", "ipv4_addr"], ["tap0", MAC, "192.0.2.1"]],
	["with an IPv6 address", ["ifname", "ether_addr", "ipv6_addr"], ["tap0", MAC, "fe80::1"]],
	["a protocol and a port, both padded", ["inet_proto", "inet_service"], [17, 53]],
] as const;

it.each(cases)("lays a key as the compiler does: %s", (_, type, key) => {
	const set = new ElementSet(inet, { name: "s", type } as { name: "s"; type: "ifname" });
	const { add } = set.actions({ key: key as never, comment: "lab" });
	if (add.via !== "nftables") throw new Error("an element is added otherwise now");
	const [request] = add.batch;
	const val = key.length > 1 ? { concat: [...key] } : (key[0] as Expression);
	const elem = { elem: { val, comment: "lab" } } as Expression;
	const declaration = { add: { set: { family: "inet", table: "lab", name: "s", type } } } as const;
	const bytes = request?.message.encode(request.value as never);
	expect(Buffer.from(bytes ?? []).toString("hex")).toBe(compiled(declaration, elem, "s"));
});

/** A host with our table, and the map of addresses in it. */
const SNAT = new ElementSet({ family: "inet", name: TABLE }, snatTo.map);
function stage(): Stage {
	const made = new Stage(lan);
	made.do(table.create({ name: TABLE }));
	return made;
}
const key = ["tap0", "eth1"] as const;

test("reads the element of a key with its data, and nothing where there is none", () => {
	const { kernel } = stage();
	expect(SNAT.read(kernel, key)).toBeUndefined();
	const { add, remove } = SNAT.actions({ key, data: ["192.0.2.1"], comment: "lab" });
	execute(kernel, [add]);
	expect(SNAT.read(kernel, key)).toEqual({ data: ["192.0.2.1"] });
	execute(kernel, [remove]);
	expect(SNAT.read(kernel, key)).toBeUndefined();
	expect(SNAT.read(new Stage(lan).kernel, key), "without the table").toBeUndefined();
});

test("tells of the elements that have none of the keys, the one for all other keys, too", () => {
	const { kernel } = stage();
	const segments = ["tap0", "tap1", "tap2"] as const;
	for (const segment of segments) {
		const element = { key: [segment, "eth1"], data: ["192.0.2.1"], comment: "lab" } as const;
		execute(kernel, [SNAT.actions(element).add]);
	}
	kernel.nftables([
		request(NFT_MSG_NEWSETELEM, NLM_F_CREATE, {
			nfgen_family: NFPROTO_INET,
			NFTA_SET_ELEM_LIST_TABLE: TABLE,
			NFTA_SET_ELEM_LIST_SET: SNAT.name,
			NFTA_SET_ELEM_LIST_ELEMENTS: [{ NFTA_SET_ELEM_FLAGS: NFT_SET_ELEM_CATCHALL }],
		}),
	]);
	expect(
		SNAT.strays(kernel, [
			["tap0", "eth1"],
			["tap2", "eth1"],
		]),
	).toEqual([
		{
			what: "element tap1 . eth1 of nft set umlnet-nl snat_to",
			key: ["tap1", "eth1"],
			data: ["192.0.2.1"],
		},
		{ what: "element * of nft set umlnet-nl snat_to" },
	]);
	expect(SNAT.strays(new Stage(lan).kernel, []), "without the table").toEqual([]);
});

test("refuses data that is no value of its type", () => {
	const element = { key, data: ["2001:db8::1"], comment: "lab" } as const;
	expect(() => SNAT.actions(element)).toThrow("2001:db8::1 has 16 bytes, want 4");
});
