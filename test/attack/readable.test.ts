/** What we put into nf_tables is text that nft reads again, with guests in it and with what was dropped of them. */
import { expect, test } from "vitest";
import { Machine } from "../kernel/machine.js";
import { LEAST } from "../kernel/privilege.js";
import { MODES } from "./attack.js";
import { GUARD_ATTACKS } from "./attacks.js";
import { Stage } from "./scene.js";

const OURS = ["inet", "bridge", "arp"];

test
	.skipIf(LEAST)
	.each(
		MODES.flatMap((mode) => (["basic", "strict"] as const).map((level) => [mode, level] as const)),
	)("%s, guard %s", async (mode, level) => {
	const stage = await Stage.open({ mode, level, bound: true, brNetfilter: true });
	for (const { frames, modes } of GUARD_ATTACKS)
		if (modes?.includes(mode) !== false) stage.send(frames(stage.scene));
	const there = OURS.filter((family) =>
		stage.lab.host.sh("nft list tables").includes(`table ${family} umlnet-nl`),
	);
	const list = there.map((family) => `nft list table ${family} umlnet-nl`).join("\n");
	const text = stage.lab.host.sh(list);
	expect(text).toContain('"tap0" . "mac"');
	const other = new Machine();
	other.sh(`nft -f - <<'END'\n${text}\nEND`);
	expect(other.sh(list).split("\n").sort()).toEqual(text.split("\n").sort());
	other.close();
	stage.close();
});
