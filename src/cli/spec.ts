import type { Spec } from "../spec/model.js";
import type { Session } from "./session.js";
import { UsageError } from "./usage.js";
import type { Verb } from "./verb.js";

/** The flags that describe one tap, as commander gives them. */
export interface TapOptions {
	readonly owner?: string;
	readonly group?: string;
	readonly address?: readonly string[];
	readonly mac?: string;
	readonly mtu?: string;
	readonly multiQueue?: true;
	readonly vnetHdr?: true;
	readonly nat?: string;
	readonly snatTo?: string;
	readonly bridge?: string;
	readonly uplink?: string;
	readonly proxyArp?: true;
	readonly publish?: readonly string[];
	readonly guestAddress?: readonly string[];
	readonly guestMac?: string;
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
	...(before ?? []),
	value,
];

/** Let a verb take the flags that describe one tap. */
export function addTapOptions(verb: Verb): void {
	verb
		.optionsGroup("The tap:")
		.option("--owner <USER>", "who may open it, id or name (default: the invoking user)")
		.option("--group <GROUP>", "group that may open it, id or name")
		.option("--mac <MAC>", "MAC address of the host's side")
		.option("--mtu <N>", "largest packet in bytes (default: 1500)")
		.option("--multi-queue", "let it be opened once per queue")
		.option("--vnet-hdr", "frames carry a virtio header, for checksum and segmentation offload")
		.optionsGroup("The network:")
		.option(
			"--address <CIDR>",
			"host-side address, on the bridge if there is one; repeatable",
			collect,
		)
		.option("--nat <UPLINK>", "forward the guest to this interface behind source NAT")
		.option("--snat-to <IP>", "the address it is seen as there (default: the uplink's own)")
		.option("--bridge <NAME>", "make it a port of this bridge, created if absent")
		.option(
			"--uplink <IFNAME>",
			"port of the bridge too; its addresses and routes move to the bridge",
		)
		.option("--proxy-arp", "answer the guest's ARP requests for whom the host can reach")
		.option(
			"--publish <PORTS>",
			"[HOSTIP:]HOSTPORT:GUESTPORT[/tcp|udp], forwarded to the guest; repeatable (not yet there)",
			collect,
		)
		.optionsGroup("The guest:")
		.option(
			"--guest-address <CIDR>",
			"address the guest will use: checked, and printed for it; repeatable",
			collect,
		)
		.option("--guest-mac <MAC>", "MAC address the guest will use");
}

/** The spec a command line means. Throws SpecError or UsageError. */
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
	// Not engine/spec.ts: that could also read YAML, and it takes time to load what reads YAML.
	const { specFromFlags } = await import("../spec/flags.js");
	const { address, guestAddress, ...same } = flags;
	const lists = {
		...(address !== undefined && { addresses: address }),
		...(guestAddress !== undefined && { guestAddresses: guestAddress }),
	};
	return specFromFlags({ tap, ...same, ...lists }, { defaultOwner: await ownerOf(session) });
}

/** Who owns taps that name nobody: the invoking user, who under sudo is not who we run as. */
async function ownerOf({ io }: Session): Promise<number> {
	const { invokingUser } = await import("../spec/accounts.js");
	return invokingUser(io.env.SUDO_UID ?? "", io.uid);
}

/** A flag of the tap that was given, as the user wrote it. */
function givenFlag(flags: TapOptions, verb: Verb): string | undefined {
	const [key] = Object.keys(flags);
	if (key === undefined) return undefined;
	return verb.options.find((option) => option.attributeName() === key)?.long ?? key;
}

/** Read and check a spec file; `-` is standard input. */
export async function readSpec(session: Session, file: string): Promise<Spec> {
	const text =
		file === "-" ? await session.io.readStdin() : (await import("./document.js")).readText(file);
	const { parseSpec } = await import("../spec/spec.js");
	const source = file === "-" ? "<stdin>" : file;
	const spec = parseSpec(text, { source, defaultOwner: await ownerOf(session) });
	await refusePools(spec);
	return spec;
}

/** A pool lasts as long as the process that keeps it: one that ends with its verb cannot. */
async function refusePools({ networks }: Spec): Promise<void> {
	const pooled = Object.values(networks).filter(({ pool }) => pool !== undefined);
	if (pooled.length === 0) return;
	const { SpecError } = await import("../spec/error.js");
	throw new SpecError(
		pooled.map(({ name }) => ({
			path: `networks.${name}.pool`,
			message: "needs a program that stays",
			hint: "leave it out, or embed the engine: open() of the library keeps it",
		})),
	);
}
