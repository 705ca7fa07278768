// Opens an engine, uses it and does not close it: a process with nothing left to do must end.
import { open } from "../../../dist/index.js";

const [stateDir, spec, options] = process.argv.slice(2);
const host = await open({ stateDir, ...JSON.parse(options) });
const { changed } = await host.up(JSON.parse(spec));
const refused = await host.up({ act() {} }).catch(({ code }) => code);
const late = host.up(JSON.parse(spec), { signal: AbortSignal.abort("late") });
console.log(JSON.stringify({ changed, refused, late: await late.catch((reason) => reason) }));
