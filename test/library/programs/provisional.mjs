// Brings up a tap that waits to be confirmed, and then has nothing else to do.
import { open } from "../../../dist/index.js";

const [stateDir] = process.argv.slice(2);
const host = await open({ stateDir });
await host.up(
	{
		version: 1,
		networks: { lab: { mode: "host-only" } },
		taps: { tap0: { network: "lab", owner: 500 } },
	},
	{ confirmWithin: 700 },
);
