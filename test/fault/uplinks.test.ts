/**
 * Whatever an uplink carries, it has again when it is no port any more, and while it is one every packet of its host
 * goes where it went. Uplinks come out of a grammar: what addresses, routes, rules, neighbours, settings a link can
 * have, each alone and any of them together.
 */
import { expect, test, vi } from "vitest";
import { Dice } from "../engine/dice.js";
import { inLane, report, seed, sized, THOROUGH } from "./campaign.js";
import { shrunk } from "./uplinks/shrink.js";
import { anyUplink, find, KINDS, type Uplink, uplinkWith } from "./uplinks/uplink.js";

vi.setConfig({ testTimeout: 3_600_000 });

/** What flaws have in common that have one cause: the line without its addresses, numbers and details. */
const likeness = (flaw: string): string =>
	flaw
		.replace(/ of a packet to (\S+).*?: /, ": ")
		.replace(/ \((?=\w).*$/, "")
		.replace(/ was (?!\w+, is eth1, the port)[^;]*/g, "")
		.replace(/[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*(\/\d+)?|\b\d[\d.]*(\/\d+)?/g, "#");

interface Known {
	count: number;
	/** The fewest items that still do it, as commands, and what comes of them. */
	readonly told: string;
}

/** The first uplink that shows a flaw, without what it does not take to show it. */
async function tell(uplink: Uplink, flaw: string, isShrunk: boolean): Promise<string> {
	if (!isShrunk) return told(uplink.items, flaw);
	const like = likeness(flaw);
	const items = await shrunk(uplink.items, async (some) =>
		(await find({ ...uplink, items: some })).flaws.some((one) => likeness(one) === like),
	);
	return told(items, flaw);
}

const told = (items: Uplink["items"], flaw: string): string =>
	`${items.map(({ script }) => script).join("\n")}\n  => ${flaw}`;

/** How many findings are told by the fewest commands: that takes dozens of hosts each. */
const SHRUNK = 4;

test(`an uplink has afterwards what it had, and its host its ways meanwhile, seed ${seed}`, async () => {
	const dice = new Dice(seed);
	const singles = KINDS.map((kind) => uplinkWith(dice, kind));
	const all = sized(60, 2000);
	const uplinks = [
		...(THOROUGH ? singles : []),
		...Array.from({ length: Math.max(0, all - (THOROUGH ? singles.length : 0)) }, () =>
			anyUplink(dice),
		),
	];
	const findings = new Map<string, Known>();
	const taken = new Set<string>();
	let wrong = 0;
	for (const uplink of inLane(uplinks)) {
		const { flaws, took } = await find(uplink);
		for (const kind of took) taken.add(kind);
		if (flaws.length > 0) wrong++;
		for (const flaw of flaws) {
			const known = findings.get(likeness(flaw));
			if (known !== undefined) known.count++;
			else
				findings.set(likeness(flaw), {
					count: 1,
					told: await tell(uplink, flaw, findings.size < SHRUNK),
				});
		}
	}
	report({
		campaign: "what an uplink carries",
		cases: inLane(uplinks).length,
		deviations: wrong,
		seed,
		notes: `${KINDS.length} kinds of things it can have`,
		untried: THOROUGH ? KINDS.filter((kind) => !taken.has(kind)) : [],
	});
	expect([...findings.values()].map(({ count, told }) => `${count} times:\n${told}`)).toEqual([]);
});
