import type { Snapshot } from "../../../src/oracle/snapshot.js";
import { Lab } from "../../kernel/lab.js";
import { act, namesOf, namesOn, written } from "./act.js";
import { type Case, HOSTS } from "./case.js";
import type { Mutation } from "./mutation.js";

const known = new Map<string, Snapshot>();

/** The state that the actions of others leave on a host on which nothing of ours ever was. */
export const expectation = (one: Case): Promise<Snapshot> =>
	host(one, ({ act, left = act }) => left);

/** The alternative state if the kernel may have done more than was asked for; undefined if there is none. */
export const otherwise = async (one: Case): Promise<Snapshot | undefined> =>
	one.mutations.some(({ orElse }) => orElse !== undefined)
		? host(one, ({ act, left = act, orElse = left }) => orElse)
		: undefined;

/**
 * The state without the actions after which our `down` may restore what was there: a link that is set down loses what
 * others have put on it, unless it is a port at that time.
 */
export const withoutFlush = async (one: Case): Promise<Snapshot | undefined> => {
	const mutations = one.mutations.filter(({ mayReturn }) => mayReturn !== true);
	const isPart = mutations.length > 0 && mutations.length < one.mutations.length;
	return isPart ? expectation({ ...one, mutations }) : undefined;
};

/** A host on which only others act, or on which only the parts that remain are done. */
async function host(
	{ host, scenario, mutations }: Case,
	leftOf: (mutation: Mutation) => string,
): Promise<Snapshot> {
	const scripts = mutations.map((mutation) => ({
		script: isPassing(mutation) ? "" : written(leftOf(mutation), namesOf(scenario)),
		seconds: mutation.seconds,
	}));
	const key = JSON.stringify([host, scripts]);
	const there = known.get(key);
	if (there !== undefined) return there;
	const lab = await Lab.open(HOSTS[host]);
	try {
		for (const { script, seconds } of scripts)
			await act(lab, written(script, namesOn(lab)), seconds);
		for (const { unblock } of mutations)
			if (unblock !== undefined) await act(lab, written(unblock, namesOf(scenario)));
		const snapshot = await lab.lookSettled();
		if (known.size > 100) known.clear();
		known.set(key, snapshot);
		return snapshot;
	} finally {
		lab.close();
	}
}

/** What disappears with a guest, or is removed by whoever made it, leaves nothing. */
const isPassing = ({ act: script, mend }: Mutation): boolean =>
	script === "OPEN" || mend !== undefined;
