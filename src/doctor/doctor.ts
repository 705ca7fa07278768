import type { CheckReport, DoctorReport, Finding } from "../service/diagnosis.js";
import { dhcp, duplicate, guestAddress, guestDiffers, silent } from "./check/guest.js";
import { drift, master, mtu } from "./check/ours.js";
import { toPublished } from "./check/published.js";
import { owner, tap } from "./check/tap.js";
import { fromHost, toHost, toRouter, toWorld } from "./check/ways.js";
import type { Check, Subject } from "./check.js";
import type { Facts } from "./facts.js";
import { ABILITIES, SURROUNDINGS, TABLES } from "./host/index.js";

/** In the order in which causes are reported: those nearer to the guest first, and certain ones before guesses. */
const CHECKS: readonly Check[] = [
	...ABILITIES,
	tap,
	owner,
	master,
	guestAddress,
	duplicate,
	guestDiffers,
	dhcp,
	silent,
	...TABLES,
	toRouter,
	toWorld,
	toHost,
	fromHost,
	toPublished,
	mtu,
	drift,
	...SURROUNDINGS,
];

/** What is wrong with the host, or with the connection of the guest of a tap. */
export function doctor(facts: Facts, name: string | undefined, stateDir: string): DoctorReport {
	const subject: Subject = {
		facts,
		name,
		tap: name === undefined ? undefined : facts.linkNamed(name),
		stateDir,
	};
	const findings: Finding[] = [];
	const checks: CheckReport[] = [];
	for (const check of CHECKS) {
		if (check.of === "tap" && name === undefined) continue;
		try {
			const found = check.run(subject);
			checks.push({ check: check.check, outcome: found.length > 0 ? "found" : "ok" });
			findings.push(...found);
		} catch (error) {
			checks.push({ check: check.check, outcome: "unread", reason: (error as Error).message });
		}
	}
	const told = [...new Map(findings.map((one) => [keyOf(one), one])).values()];
	return {
		...(name !== undefined && { tap: name }),
		healthy: !told.some(({ stops }) => stops),
		findings: [...told.filter(({ stops }) => stops), ...told.filter(({ stops }) => !stops)],
		checks,
	};
}

/** The same thing may be found on several paths. */
const keyOf = ({ code, message, rule }: Finding): string =>
	rule === undefined ? `${code} ${message}` : `${code} ${rule.table} ${rule.chain} ${rule.handle}`;
