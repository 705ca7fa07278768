/** Whether to try everything, which takes minutes to hours: `npm run test:faults`. Otherwise only the share of CI. */
export const THOROUGH = process.env.UMLNET_FAULTS === "all";

/**
 * The seed of all random choices of a run; with UMLNET_SEED a run is repeated. In CI it is fixed, so that a failure is
 * caused by a change of the code; a full run has a new one each time.
 */
export const seed = Number(
	process.env.UMLNET_SEED ?? (THOROUGH ? Math.floor(Math.random() * 2 ** 32) : 20_261_130),
);
