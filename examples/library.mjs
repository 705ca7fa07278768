// Up, status and down in a program, and how errors look.
import { open, UmlnetError } from "umlnet-nl";

const host = await open();
try {
	const { taps } = await host.up({
		version: 1,
		networks: { lab: { mode: "host-only", addresses: ["192.168.33.33/24"] } },
		taps: { tap0: { network: "lab", owner: 500 } },
	});
	for (const { name, owner } of taps) console.log(`${name} is up, and user ${owner} may start a guest on it`);

	const { taps: standing } = await host.status();
	console.log(`${standing.length} of ours: ${standing.map(({ name }) => name).join(", ")}`);

	// Everything that is wrong is told at once, and nothing is changed.
	await host.up({ version: 1, networks: { lab: { mode: "natt" } } });
} catch (error) {
	if (!(error instanceof UmlnetError)) throw error;
	console.log(`${error.code}: ${error.message}`);
} finally {
	await host.down({ all: true });
	await host.close();
}
// It prints:
// tap0 is up, and user 500 may start a guest on it
// 1 of ours: tap0
// ERR_SPEC: networks.lab.mode: is the text "natt", must be nat, bridged, routed or host-only (did you mean nat?)
