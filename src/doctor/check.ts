import type { Finding, FindingCode } from "../service/diagnosis.js";
import type { Facts, LinkFact } from "./facts.js";

/** What a check of a tap is about. */
export interface Subject {
	readonly facts: Facts;
	/** The name that was asked about; undefined for the host. */
	readonly name: string | undefined;
	/** The tap; undefined where there is none of that name. */
	readonly tap: LinkFact | undefined;
}

/** One thing that is looked at. What it may not read it throws: others are looked at all the same. */
export interface Check {
	/** Its name in the report. */
	readonly check: string;
	/** Of the host, or of a tap. */
	readonly of: "host" | "tap";
	run(subject: Subject): readonly Finding[];
}

interface Found {
	readonly code: FindingCode;
	readonly message: string;
	readonly evidence?: readonly string[];
	readonly remedy?: string | undefined;
}

/** Something that stops packets now. */
export const stops = ({ evidence = [], ...rest }: Found): Finding => ({
	evidence,
	...rest,
	stops: true,
});
/** Something that may stop them, or will. */
export const warns = ({ evidence = [], ...rest }: Found): Finding => ({
	evidence,
	...rest,
	stops: false,
});
