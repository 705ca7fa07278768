import type { Finding, FindingCode } from "../service/diagnosis.js";
import type { Facts, LinkFact } from "./facts.js";

/** What a check is about. */
export interface Subject {
	readonly facts: Facts;
	/** The name that was asked about; undefined for the host. */
	readonly name: string | undefined;
	/** The tap; undefined if there is none with that name. */
	readonly tap: LinkFact | undefined;
	/** Where the state of umlnet-nl is kept. */
	readonly stateDir: string;
}

/** One check. If it may not read something it throws, and the other checks run nevertheless. */
export interface Check {
	/** Its name in the report. */
	readonly check: string;
	/** Whether it is about the host or a tap. */
	readonly of: "host" | "tap";
	run(subject: Subject): readonly Finding[];
}

interface Found {
	readonly code: FindingCode;
	readonly message: string;
	readonly evidence?: readonly string[];
	readonly remedy?: string | undefined;
}

/** A finding that stops packets now. */
export const stops = ({ evidence = [], ...rest }: Found): Finding => ({
	evidence,
	...rest,
	stops: true,
});
/** A finding that may stop packets, or will. */
export const warns = ({ evidence = [], ...rest }: Found): Finding => ({
	evidence,
	...rest,
	stops: false,
});
