import { ConflictError } from "../engine/error.js";
import type { Kind, PlanContext, Step, Warning } from "../engine/kind.js";
import { familyOf, parseAddress } from "../inet/address.js";

import type { Action } from "../kernel/action.js";
import type { Kernel, Listener } from "../kernel/kernel.js";
import type { PublishedProtocol } from "../spec/publish.js";
import { IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP } from "../uapi/in.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";
import { alreadyThere } from "./conflict.js";
import { absent } from "./difference.js";
import { ElementSet, type Values } from "./element.js";
import { linksElsewhere } from "./link.js";
import { TABLE } from "./mark.js";
import { publish4, publish6, publishAny4, publishAny6 } from "./ruleset/set/publish.js";
import { isLinkName, isMapOf, isOneOf, isParsedBy, isWhole } from "./shape.js";
import { hostAddressWarnings } from "./warning.js";

/** A port of the host that leads to a port of a guest. */
export interface Publish {
	readonly protocol: PublishedProtocol;
	/** The address of the host. `0.0.0.0` and `::` stand for all addresses of that family. */
	readonly host: string;
	readonly port: number;
	/** The address of the guest, of the same family. */
	readonly guest: string;
	readonly guestPort: number;
	readonly tap: string;
}

const inet = { family: "inet", name: TABLE } as const;
const PUBLISH4 = new ElementSet(inet, publish4.map);
const PUBLISH6 = new ElementSet(inet, publish6.map);
const ANY4 = new ElementSet(inet, publishAny4.map);
const ANY6 = new ElementSet(inet, publishAny6.map);

const NUMBERS: { readonly [P in PublishedProtocol]: number } = {
	tcp: IPPROTO_TCP,
	udp: IPPROTO_UDP,
	sctp: IPPROTO_SCTP,
};
const PROTOCOLS = Object.keys(NUMBERS) as readonly PublishedProtocol[];
const protocolOf = (number: number): PublishedProtocol =>
	PROTOCOLS.find((name) => NUMBERS[name] === number) ?? "tcp";

/** All addresses of the host in a family. */
export const ANY_HOST = { 4: "0.0.0.0", 6: "::" } as const;
const isAny = ({ host }: Publish): boolean => host === ANY_HOST[4] || host === ANY_HOST[6];

const anySet = ({ host }: Publish) => (host === ANY_HOST[4] ? ANY4 : ANY6);
const oneSet = ({ host }: Publish) => (host.includes(":") ? PUBLISH6 : PUBLISH4);
const anyKey = ({ protocol, port }: Publish) => [NUMBERS[protocol], port] as const;
const oneKey = ({ protocol, host, port }: Publish) => [NUMBERS[protocol], host, port] as const;

/** Putting the element in, and taking it out. */
function actions(made: Publish): { readonly add: Action; readonly remove: Action } {
	const data = [made.guest, made.guestPort] as const;
	const comment = made.tap;
	return isAny(made)
		? anySet(made).actions({ key: anyKey(made), data, comment })
		: oneSet(made).actions({ key: oneKey(made), data, comment });
}

const hostWords = (made: Publish): string => {
	if (!isAny(made)) return made.host;
	return made.host === ANY_HOST[4] ? "all IPv4 addresses" : "all IPv6 addresses";
};
const portWords = (made: Publish): string =>
	`${made.protocol} port ${made.port} of ${hostWords(made)}`;
const guestWords = ({ guest, guestPort }: Publish): string =>
	guest.includes(":") ? `[${guest}]:${guestPort}` : `${guest}:${guestPort}`;
const words = (made: Publish): string => `${portWords(made)} to ${guestWords(made)} of ${made.tap}`;

function addStep(made: Publish): Step {
	const { add, remove } = actions(made);
	return {
		label: `publish ${words(made)}`,
		phase: "filter",
		effect: "create",
		do: add,
		undo: [remove],
		conflict: alreadyThere(portWords(made), "nft list ruleset"),
	};
}
function removeStep(made: Publish): Step {
	const { add, remove } = actions(made);
	return {
		label: `publish ${words(made)} no more`,
		phase: "filter",
		effect: "delete",
		do: remove,
		undo: [add],
	};
}

/** The present target of the port in the kernel; undefined if it is not published. */
function read(kernel: Kernel, made: Publish): Publish | undefined {
	const found = isAny(made)
		? anySet(made).read(kernel, anyKey(made))
		: oneSet(made).read(kernel, oneKey(made));
	const [guest = "", guestPort = 0] = found?.data ?? [];
	return found && { ...made, guest, guestPort };
}
const leadsTo = (found: Publish | undefined, { guest, guestPort }: Publish): boolean =>
	found?.guest === guest && found.guestPort === guestPort;

const publishKey = ({ protocol, host, port }: Publish): string =>
	`publish:${protocol}:${host}:${port}`;

/** @throws ConflictError if the port belongs to a guest outside this change */
function refuseTaken(made: Publish, want: Publish, context: PlanContext): void {
	if (made.tap === want.tap) return;
	if (!context.others(publishKey(want)).includes(made.tap)) return;
	throw new ConflictError(portWords(want), `published for ${made.tap}`, `one for ${want.tap}`, {
		hint: `choose another port, or take that one away first: umlnet-nl down ${made.tap}`,
	});
}

const isAddress = isParsedBy(parseAddress);
const isPort = isWhole(1, 65_535);

/** The ports at which a program on the host listens, which would silently be cut off. */
function listening(
	made: readonly Publish[],
	{ kernel }: PlanContext,
): readonly (ConflictError | undefined)[] {
	const ports = made.map(({ protocol, port }) => ({ protocol: NUMBERS[protocol], port }));
	const listeners = kernel.readListeners(ports);
	return made.map((one) => {
		const found = listeners.find((listener) => takes(listener, one));
		if (found === undefined) return undefined;
		const who = kernel.socketOwner(found.inode) ?? `a program of user ${found.uid}`;
		return new ConflictError(portWords(one), `${who} listening there`, `one for ${one.tap}`, {
			hint: "choose another port, or end that program",
		});
	});
}

/**
 * Whether a socket receives what is sent to the port. An IPv6 socket for any address also receives IPv4, unless it is
 * IPv6 only.
 */
function takes(listener: Listener, made: Publish): boolean {
	const { protocol, port, address, isIpv6Only } = listener;
	if (port !== made.port || protocol !== NUMBERS[made.protocol]) return false;
	const wanted = parseAddress(made.host);
	const isOfAny = address.every((byte) => byte === 0);
	if (address.length !== wanted.length) return wanted.length === 4 && isOfAny && !isIpv6Only;
	return isAny(made) || isOfAny || Buffer.compare(address, wanted) === 0;
}

type StrayKey = readonly [protocol: number, host: string, port: number];
type Data = Values<readonly ["ipv4_addr", "inet_service"]>;

/** A port of the host that is translated to one of a guest: an element of a map, never a rule. */
export const publish: Kind<Publish, Publish> = {
	kind: "publish",
	key: publishKey,
	resolve: (want) => want,
	reconcile(made, want, context) {
		refuseTaken(made, want, context);
		return { ...made, ...want };
	},
	warnings: (made, context): readonly Warning[] =>
		isAny(made) ? [] : hostAddressWarnings(made.host, context),
	validateAll: listening,
	create: (made) => [addStep(made)],
	remove: (made) => [removeStep(made)],
	drift: (made, kernel) =>
		leadsTo(read(kernel, made), made)
			? []
			: [absent(words(made), `${words(made)} is not in place`)],
	change(made, next, kernel) {
		const found = read(kernel, made);
		if (leadsTo(found, next) && made.tap === next.tap) return [];
		return [
			...(found === undefined ? [] : [removeStep({ ...found, tap: made.tap })]),
			addStep(next),
		];
	},
	ports: (made) => [
		{
			protocol: NUMBERS[made.protocol],
			port: made.port,
			family: made.host.includes(":") ? AF_INET6 : AF_INET,
			address: isAny(made) ? undefined : parseAddress(made.host),
		},
	],
	isMade: isMapOf({
		protocol: isOneOf(PROTOCOLS),
		host: isAddress,
		port: isPort,
		guest: isAddress,
		guestPort: isPort,
		tap: isLinkName,
	}),
	strays(made, look) {
		// An element has nothing from which a program could tell whose it is.
		if (linksElsewhere(look).length > 0) return [];
		const { kernel } = look;
		const any = (host: string) => made.filter((one) => one.host === host).map(anyKey);
		const ones = (family: 4 | 6) =>
			made.filter((one) => !isAny(one) && familyOf(parseAddress(one.host)) === family).map(oneKey);
		const stray = ([number, host, port]: StrayKey, [guest, guestPort]: Data): Publish => ({
			protocol: protocolOf(number),
			...{ host, port, guest, guestPort, tap: "" },
		});
		const ofOnes = ([PUBLISH4, PUBLISH6] as const).flatMap((set, i) =>
			set.strays(kernel, ones(i === 0 ? 4 : 6)).map(({ what, key, data }) => ({
				what,
				made: stray(key ?? [0, "", 0], data ?? ["", 0]),
			})),
		);
		const ofAny = ([ANY4, ANY6] as const).flatMap((set, i) => {
			const host = ANY_HOST[i === 0 ? 4 : 6];
			return set.strays(kernel, any(host)).map(({ what, key: [number, port] = [0, 0], data }) => ({
				what,
				made: stray([number, host, port], data ?? ["", 0]),
			}));
		});
		return [...ofOnes, ...ofAny];
	},
};
