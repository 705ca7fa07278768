import { afterEach, describe, expect, it } from "vitest";
import type { Kernel } from "../../src/kernel/kernel.js";
import { LinuxKernel } from "../../src/kernel/linux.js";
import { describe as inWords, type Request, request } from "../../src/netlink/index.js";
import { newNetns } from "../../src/sys/netns.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { NLM_F_CREATE } from "../../src/uapi/netlink.js";
import {
	NFT_MSG_DELCHAIN,
	NFT_MSG_DELRULE,
	NFT_MSG_DELSET,
	NFT_MSG_DELTABLE,
	NFT_MSG_DESTROYSETELEM,
	NFT_MSG_DESTROYTABLE,
} from "../../src/uapi/nf_tables.js";
import { seed } from "../seed.js";
import { randomFrom } from "../socket/mutation.js";
import { CREATE } from "./contract/asking.js";
import { observe, projected } from "./contract/observation.js";
import {
	add,
	BASE,
	chain,
	drop,
	elements,
	errors,
	inT,
	map,
	nfgen_family,
	rule,
	set,
	table,
} from "./contract/ruleset.js";

const RUNS = Number(process.env.UMLNET_RUNS ?? 10);
const BATCHES = 30;

/** A random message of a batch about a few tables, chains, sets and elements. */
function message(random: () => number): Request {
	const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
	const flags = pick([CREATE, CREATE, NLM_F_CREATE]);
	const name = pick(["s", "m"]);
	const key = pick(["1.1.1.1", "1.1.1.2", "1.1.1.3"]);
	const data = name === "m" ? pick(["2.2.2.2", "3.3.3.3"]) : undefined;
	const inChain = pick(["c", "d"]);
	const inTable = { nfgen_family, NFTA_TABLE_NAME: "t" };
	return pick<() => Request>([
		() => table("t", flags),
		() => (random() < 0.1 ? request(NFT_MSG_DELTABLE, 0, inTable) : table("t", NLM_F_CREATE)),
		() => (random() < 0.1 ? request(NFT_MSG_DESTROYTABLE, 0, inTable) : table("u", flags)),
		() => (name === "m" ? map("m") : set("s", {}, flags)),
		() => request(NFT_MSG_DELSET, 0, { ...inT, NFTA_SET_NAME: name }),
		() => add(name, key, data, flags),
		() => add(name, key, data, flags),
		() => drop(name, key),
		() => request(NFT_MSG_DESTROYSETELEM, 0, elements(name, [key])),
		() => chain(pick(["c", "d"]), {}, flags),
		() => chain("in", pick([BASE, { ...BASE, NFTA_CHAIN_POLICY: 0 }]), NLM_F_CREATE),
		() => rule(inChain, pick([{ set: "s" }, { jump: inChain === "c" ? "d" : "e" }])),
		() =>
			request(NFT_MSG_DELRULE, 0, { nfgen_family, NFTA_RULE_TABLE: "t", NFTA_RULE_CHAIN: inChain }),
		() =>
			request(NFT_MSG_DELCHAIN, 0, {
				nfgen_family,
				NFTA_CHAIN_TABLE: "t",
				NFTA_CHAIN_NAME: inChain,
			}),
	])();
}

const opened: Kernel[] = [];
afterEach(() => {
	for (const kernel of opened.splice(0)) kernel.close();
});

describe(`random nf_tables batches from seed ${seed}`, () => {
	it.each(Array.from({ length: RUNS }, (_, i) => i))("end alike on both kernels: run %i", (run) => {
		const random = randomFrom(seed + run);
		newNetns();
		const [real, fake] = [new LinuxKernel(), new FakeKernel()];
		opened.push(real, fake);
		const history: string[] = [];
		const first = [table(), set("s"), map("m"), chain("c"), chain("d"), rule("c", { set: "s" })];
		for (let i = 0; i < BATCHES; i++) {
			const length = 1 + Math.floor(random() * 3);
			const batch = i === 0 ? first : Array.from({ length }, () => message(random));
			const told = errors(real.nftables(batch));
			const words = batch.map((one) => `${inWords(one)} flags ${one.flags}`).join("\n");
			history.push(`${words}\n  → ${JSON.stringify(told)}`);
			expect(errors(fake.nftables(batch)), history.join("\n")).toEqual(told);
			const said = observe(fake);
			expect(projected(observe(real), said), history.join("\n")).toEqual(said);
		}
	});
});
