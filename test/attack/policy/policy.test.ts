/** What networks are told not to do, they do not, whatever is sent; and what is left to them gets to where it should. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LEAST } from "../../kernel/privilege.js";
import { report } from "../report.js";
import { isAttackUnder, type PolicyAttack } from "./attack.js";
import { POLICY_HONEST } from "./honest.js";
import { type PolicyPlace, PolicyStage, type Role } from "./scene.js";
import { INBOUND, TO_NEIGHBOUR } from "./to-guest.js";
import { TO_HOST } from "./to-host.js";
import { TO_RESERVED, TO_WORLD } from "./to-world.js";

/** Cut short in npm test: taps of their own with the hooks of bridges as they are in a new namespace. */
const THOROUGH = process.env.UMLNET_ATTACKS === "all";
const PLACES: readonly PolicyPlace[] = (["routed", "nat"] as const).flatMap((mode) =>
	[false, true].flatMap((bridge) =>
		(THOROUGH || bridge ? [true, false] : [true]).map((brNetfilter) => ({
			mode,
			bridge,
			brNetfilter,
		})),
	),
);
const nameOf = ({ mode, bridge, brNetfilter }: PolicyPlace): string =>
	`${mode === "nat" ? "NATed" : mode}${bridge ? ", a bridge of their own" : ""}, br_netfilter ${brNetfilter ? "on" : "off"}`;

const ROLES: readonly Role[] = ["guest", "sibling", "neighbour", "world"];
/** Whom it came to: everybody but its sender, and whoever is on the same wire. */
function reached(stage: PolicyStage, { from, frames, onWire }: PolicyAttack): string[] {
	const probe = stage.probe();
	const sent = frames(stage, probe);
	const before = stage.hostSeen;
	stage.forget();
	for (const frame of sent) stage.send(from, frame);
	const heard = ROLES.filter((role) => role !== from && stage.heard(role, probe).length > 0);
	const others = onWire === true ? [] : heard;
	return stage.hostSeen > before ? [...others, "host"] : others;
}

const total = (counts: Readonly<Record<string, number>> = {}): number =>
	Object.values(counts).reduce((sum, count) => sum + count, 0);
/** What never gets to where we would drop it. */
const isOfKernel = ({ closed, counted }: PolicyAttack): boolean =>
	closed !== undefined && counted !== true;

describe.skipIf(LEAST).each(PLACES.map((place) => [nameOf(place), place] as const))(
	"%s",
	(name, place) => {
		let stage: PolicyStage;
		beforeAll(async () => {
			stage = await PolicyStage.open(place);
		});
		afterAll(() => stage?.close());
		const attacks = [...TO_WORLD, ...TO_RESERVED, ...TO_HOST, ...TO_NEIGHBOUR, ...INBOUND].filter(
			({ bridge }) => bridge === undefined || bridge === place.bridge,
		);

		test("where all is open, all of it comes through", async () => {
			await stage.change("open");
			const lost = attacks
				.filter(({ closed }) => closed === undefined)
				.filter((attack) => reached(stage, attack).length === 0)
				.map(({ family, name }) => `${family}: ${name}`);
			expect(lost).toEqual([]);
		});

		test.each(["none", "internet", "list"] as const)(
			"egress %s: nothing comes through",
			async (policy) => {
				await stage.change(policy);
				const before = await stage.drops();
				const through: string[] = [];
				for (const attack of attacks) {
					if (!isAttackUnder(attack, policy)) continue;
					const to = reached(stage, attack);
					report({
						matrix: "Attacks on policies",
						place: name,
						name: `${attack.family}: ${attack.name}`,
						wrong: to.length > 0,
					});
					if (to.length > 0) through.push(`${attack.family} ${attack.name}: ${to}`);
				}
				expect(through).toEqual([]);
				// Each is counted, for the guest's tap or for its bridge.
				const after = await stage.drops();
				const sent = (role: Role): number =>
					attacks.filter(
						(one) => isAttackUnder(one, policy) && one.from === role && !isOfKernel(one),
					).length;
				expect(total(after.tap0) - total(before.tap0)).toBe(sent("guest"));
				expect(total(after.tap2) - total(before.tap2)).toBe(sent("neighbour"));
			},
		);

		test.each(["none", "internet", "list", "open"] as const)(
			"egress %s: what is honest gets to where it should, and back",
			async (policy) => {
				await stage.change(policy);
				const before = await stage.drops();
				const stopped: string[] = [];
				for (const { family, name: what, policies, where, passes } of POLICY_HONEST) {
					const isMeant = policies === undefined || policy === "open" || policies.includes(policy);
					if (!isMeant || where?.(place) === false) continue;
					const wrong = !passes(stage);
					const row = `${family}: ${what}`;
					report({ matrix: "Honest under policies", place: name, name: row, wrong });
					if (wrong) stopped.push(row);
				}
				expect(stopped).toEqual([]);
				expect(await stage.drops()).toEqual(before);
			},
		);

		test("what is dropped of a guest without a guard is counted, and forgotten with it", async () => {
			await stage.change("unguarded");
			const { tap0: before } = await stage.drops();
			const [attack] = TO_WORLD as [PolicyAttack];
			expect(reached(stage, attack)).toEqual([]);
			const { tap0: after } = await stage.drops();
			expect((after?.egress ?? 0) - (before?.egress ?? 0)).toBe(1);
			await stage.lab.run((host) => host.down({ taps: ["tap0", "tap1"] }));
			stage.lab.host.enter();
			const kept = stage.lab.host.sh("nft list set inet umlnet-nl drops");
			expect(kept).not.toMatch(/"(tap0|tap1|br0)"/);
			expect(kept).toContain(place.bridge ? '"br1"' : '"tap2"');
		});
	},
);
