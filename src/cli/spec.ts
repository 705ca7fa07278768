import { type Fields, isList } from "../spec/field.js";
import { guestFields, networkFields, tapFields, tapSettings } from "../spec/fields.js";
import type { Flags } from "../spec/flags.js";
import type { NetworkInput } from "../spec/input.js";
import type { Spec } from "../spec/model.js";
import { UmlnetError } from "../sys/error.js";
import type { Session } from "./session.js";
import { UsageError } from "./usage.js";
import type { Verb } from "./verb.js";

/** The flags that describe one tap. */
export interface TapOptions extends Omit<Flags, "tap"> {
	/** The name of a network that is described elsewhere. */
	readonly network?: string;
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
	...(before ?? []),
	value,
];

const NETWORK = "The network:";
const GROUPS: readonly (readonly [title: string, fields: Fields])[] = [
	["The tap:", tapSettings],
	// What the host does with the guest's packets is listed with the network, which forwards them.
	[
		NETWORK,
		{
			...networkFields,
			publish: tapFields.publish,
			egress: tapFields.egress,
			host: tapFields.host,
		},
	],
	["The guest:", guestFields],
];

/** Add the flags that describe one tap to a verb. */
export function addTapOptions(verb: Verb): void {
	for (const [title, fields] of GROUPS) {
		verb.optionsGroup(title);
		if (title === NETWORK)
			verb.option(
				"--network <NAME>",
				"take this network of those that are up, or of -f, instead of describing one",
			);
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
	{ network, ...flags }: TapOptions,
	verb: Verb,
): Promise<Spec> {
	if (network !== undefined) return specIn(session, network, tap, file, flags, verb);
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

/** The spec of one tap in a network of a file, or in one that is up. @throws SpecError, UsageError */
async function specIn(
	session: Session,
	name: string,
	tap: string | undefined,
	file: string | undefined,
	flags: TapOptions,
	verb: Verb,
): Promise<Spec> {
	if (tap === undefined)
		throw new UsageError(
			`which tap shall be in ${name}? Give its name`,
			`umlnet-nl ${verb.name()} TAP --network ${name}`,
		);
	const networks =
		file === undefined ? await networksUp(session) : (await readSpec(session, file)).networks;
	const known = Object.hasOwn(networks, name) ? networks[name] : undefined;
	if (known === undefined) throw noNetwork(name, Object.keys(networks), file);
	// Its name is the key, and a pool belongs to the program that keeps it.
	const { name: _, pool: __, ...network } = known as NetworkInput & { readonly name?: string };
	const { specInNetwork } = await import("../spec/flags.js");
	const options = { defaultOwner: await ownerOf(session) };
	return specInNetwork({ tap, ...flags }, { name, network }, options);
}

/** @throws UmlnetError ERR_PERMISSION if the caller may not read which there are */
async function networksUp(session: Session): Promise<Readonly<Record<string, NetworkInput>>> {
	const { networks = {}, unseen } = await session.withHost((host) => host.status());
	if (unseen !== undefined)
		throw new UmlnetError("ERR_PERMISSION", `which networks are up cannot be told: ${unseen[0]}`, {
			hint: "run it as root (sudo)",
		});
	return networks;
}

function noNetwork(name: string, names: readonly string[], file: string | undefined): UsageError {
	const where = file === undefined ? "is up" : `is in ${file}`;
	const hint = names.length === 0 ? undefined : `there are: ${names.slice(0, 12).join(", ")}`;
	return new UsageError(`no network ${name} ${where}`, hint);
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
