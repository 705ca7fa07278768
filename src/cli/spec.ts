import { type Fields, isList } from "../spec/field.js";
import { guestFields, networkFields, tapFields, tapSettings } from "../spec/fields.js";
import type { Flags } from "../spec/flags.js";
import type { Spec } from "../spec/model.js";
import type { Session } from "./session.js";
import { UsageError } from "./usage.js";
import type { Verb } from "./verb.js";

/** The flags that describe one tap. */
export type TapOptions = Omit<Flags, "tap">;

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
	...(before ?? []),
	value,
];

const GROUPS: readonly (readonly [title: string, fields: Fields])[] = [
	["The tap:", tapSettings],
	// Ports are listed with the network, which forwards them.
	["The network:", { ...networkFields, publish: tapFields.publish }],
	["The guest:", guestFields],
];

/** Add the flags that describe one tap to a verb. */
export function addTapOptions(verb: Verb): void {
	for (const [title, fields] of GROUPS) {
		verb.optionsGroup(title);
		for (const [format, flag, help] of Object.values(fields)) {
			if (flag === undefined) continue;
			const planned = format.planned ? " (not implemented yet)" : "";
			if (isList(format)) verb.option(flag, `${help}; repeatable${planned}`, collect);
			else verb.option(flag, `${help}${planned}`);
		}
	}
}

/** The spec that a command line gives, as flags or as a file. @throws SpecError, UsageError */
export async function specOf(
	session: Session,
	tap: string | undefined,
	file: string | undefined,
	flags: TapOptions,
	verb: Verb,
): Promise<Spec> {
	if (file !== undefined) {
		if (tap !== undefined) throw new UsageError(`give either ${tap} or -f ${file}, not both`);
		const flag = givenFlag(flags, verb);
		if (flag !== undefined)
			throw new UsageError(`${flag} describes one tap; with -f the spec says it all`);
		return readSpec(session, file);
	}
	if (tap === undefined)
		throw new UsageError(
			"which tap? Give its name, or a spec with -f",
			`umlnet-nl ${verb.name()} --help has examples`,
		);
	// Flags need no YAML parser, which spec/spec.ts would load.
	const { specFromFlags } = await import("../spec/flags.js");
	return specFromFlags({ tap, ...flags }, { defaultOwner: await ownerOf(session) });
}

/** The owner of taps that name none: the invoking user, which under sudo is not the user we run as. */
async function ownerOf({ io }: Session): Promise<number> {
	const { invokingUser } = await import("../spec/accounts.js");
	return invokingUser(io.env.SUDO_UID ?? "", io.uid);
}

/** A flag of a tap that was given, as the user wrote it. */
function givenFlag(flags: TapOptions, verb: Verb): string | undefined {
	const [key] = Object.keys(flags);
	if (key === undefined) return undefined;
	return verb.options.find((option) => option.attributeName() === key)?.long ?? key;
}

/** Read and check a spec file. `-` is standard input. */
export async function readSpec(session: Session, file: string): Promise<Spec> {
	const text =
		file === "-" ? await session.io.readStdin() : (await import("./document.js")).readText(file);
	const { parseSpec } = await import("../spec/spec.js");
	const source = file === "-" ? "<stdin>" : file;
	const spec = parseSpec(text, { source, defaultOwner: await ownerOf(session) });
	await refusePools(spec);
	return spec;
}

/** A pool exists as long as the process that keeps it, so a command, which ends, cannot have one. */
async function refusePools({ networks }: Spec): Promise<void> {
	const pooled = Object.values(networks).filter(({ pool }) => pool !== undefined);
	if (pooled.length === 0) return;
	const { SpecError } = await import("../spec/error.js");
	throw new SpecError(
		pooled.map(({ name }) => ({
			path: `networks.${name}.pool`,
			message: "needs a program that keeps running",
			hint: "leave it out, or embed the engine: open() of the library keeps it",
		})),
	);
}
