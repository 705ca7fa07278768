/** What guests send, written into their taps as it is: attacks do not come through, and what is honest does. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LEAST } from "../kernel/privilege.js";
import { type Attack, MODES } from "./attack.js";
import { GUARD_ATTACKS, STRICT_ATTACKS } from "./attacks.js";
import { HONEST } from "./honest.js";
import { report } from "./report.js";
import { type Setting, Stage } from "./scene.js";

/** Cut short in npm test: each mode with the bridge's hooks as they are in a new namespace. */
const THOROUGH = process.env.UMLNET_ATTACKS === "all";
const NETFILTERS = THOROUGH ? [true, false] : [true];

const rowsOf = <R extends { readonly modes?: readonly string[] }>(
	rows: readonly R[],
	mode: string,
) => rows.filter(({ modes }) => modes === undefined || modes.includes(mode));

const settings = MODES.flatMap((mode) =>
	NETFILTERS.flatMap((brNetfilter) =>
		(mode === "bridged" ? [false, true] : [false]).map((foreign) => ({
			mode,
			brNetfilter,
			foreign,
		})),
	),
);
const nameOf = ({
	mode,
	foreign = false,
	brNetfilter,
}: Pick<Setting, "mode" | "foreign" | "brNetfilter">) =>
	`${mode}${foreign ? ", a bridge of others" : ""}, br_netfilter ${brNetfilter ? "on" : "off"}`;

describe.skipIf(LEAST).each(settings.map((one) => [nameOf(one), one] as const))(
	"%s",
	(_, place) => {
		describe.each([
			["basic", true],
			["strict", true],
			["basic", false],
		] as const)("guard %s, bound %s", (level, bound) => {
			let stage: Stage;
			beforeAll(async () => {
				stage = await Stage.open({ ...place, level, bound });
			});
			afterAll(() => stage?.close());

			const attacks: Attack[] = rowsOf(
				[...GUARD_ATTACKS, ...(level === "strict" ? STRICT_ATTACKS : [])],
				place.mode,
			).filter(({ always }) => bound || always);

			test("no attack comes through, and each is counted", async () => {
				const through: string[] = [];
				let sent = 0;
				const wanted: Record<string, number> = {};
				for (const { name, family, frames, reason, harmless = 0 } of attacks) {
					const all = frames(stage.scene);
					let seen = 0;
					for (const [i, frame] of all.entries()) {
						const came = stage.send([frame]);
						const why = typeof reason === "string" ? reason : (reason[i] ?? "");
						wanted[why] = (wanted[why] ?? 0) + 1 - came;
						seen += came;
					}
					sent += all.length;
					report({
						matrix: "Attacks",
						place: nameOf(place),
						name: `${family}: ${name}`,
						wrong: seen > harmless,
					});
					if (seen > harmless) through.push(`${family} ${name}: ${seen} of ${all.length}`);
				}
				expect(through).toEqual([]);
				expect(sent).toBeGreaterThan(10);
				const drops = await stage.drops();
				const total = (counts: Readonly<Record<string, number>>): number =>
					Object.values(counts).reduce((sum, count) => sum + count, 0);
				expect(total(drops)).toBe(total(wanted));
				if (bound) expect(drops).toEqual(wanted);
			});

			test("nothing honest is stopped", async () => {
				const before = await stage.drops();
				const stopped: string[] = [];
				for (const { name, family, frames } of rowsOf(HONEST, place.mode)) {
					const all = frames(stage.scene);
					const seen = stage.send(all);
					report({
						matrix: "Honest",
						place: nameOf(place),
						name: `${family}: ${name}`,
						wrong: seen !== all.length,
					});
					if (seen !== all.length) stopped.push(`${family} ${name}: ${seen} of ${all.length}`);
				}
				expect(stopped).toEqual([]);
				expect(await stage.drops()).toEqual(before);
			});
		});

		test("without a guard all of it comes through", async () => {
			const stage = await Stage.open({ ...place, level: "none", bound: true });
			const lost: string[] = [];
			for (const { name, family, frames, kernel } of rowsOf(
				[...GUARD_ATTACKS, ...STRICT_ATTACKS],
				place.mode,
			)) {
				if (kernel?.includes(place.mode)) continue;
				const all = frames(stage.scene);
				const seen = stage.send(all);
				if (seen !== all.length) lost.push(`${family} ${name}: ${seen} of ${all.length}`);
			}
			stage.close();
			expect(lost).toEqual([]);
		});
	},
);
