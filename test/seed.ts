/** Whether everything shall be tried, which takes minutes to hours: `npm run test:faults`. Else the share of CI. */
export const THOROUGH = process.env.UMLNET_FAULTS === "all";

/**
 * From which all choices of a run follow; given back as UMLNET_SEED they are made again. CI makes the same ones each
 * time, so that a change is red because of what it changes; a full run makes others each time.
 */
export const seed = Number(
	process.env.UMLNET_SEED ?? (THOROUGH ? Math.floor(Math.random() * 2 ** 32) : 20_261_130),
);
