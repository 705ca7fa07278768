import { constants } from "node:os";
import { DeadlineError, DumpInterruptedError, OverrunError } from "../../src/netlink/error.js";
import { KernelError } from "../../src/sys/error.js";
import type { Fault, Operation } from "../../src/testing/fake/faults.js";
import { THOROUGH } from "../fault/campaign.js";

export { THOROUGH };

/** One way in which an operation can go wrong. */
export interface Trouble {
	readonly name: string;
	readonly error: Error;
	readonly mode: "once" | "forever";
	readonly when: Fault["when"];
}

/**
 * Errnos with which the kernel may refuse each operation, whatever the state of the host (from manual pages, net/,
 * drivers/net/tun.c).
 */
const REFUSALS: Readonly<Record<string, readonly string[]>> = {
	RTM_GETLINK: ["ENOBUFS", "ENOMEM"],
	RTM_GETADDR: ["ENOBUFS", "ENOMEM", "interrupted"],
	RTM_GETROUTE: ["ENOBUFS", "ENOMEM", "interrupted"],
	RTM_NEWLINK: ["EPERM", "ENOMEM", "EINVAL", "EBUSY", "EOPNOTSUPP"],
	RTM_DELLINK: ["EPERM", "ENOMEM", "EBUSY"],
	RTM_SETLINK: ["EPERM", "EINVAL", "EOPNOTSUPP"],
	RTM_NEWADDR: ["EPERM", "ENOMEM", "ENOBUFS", "EINVAL"],
	RTM_DELADDR: ["EPERM", "EINVAL", "ENOMEM"],
	RTM_NEWROUTE: ["EPERM", "EINVAL", "ENOMEM", "ENETUNREACH", "ENETDOWN"],
	RTM_GETNEIGH: ["ENOBUFS", "ENOMEM", "interrupted"],
	RTM_NEWNEIGH: ["EPERM", "ENOBUFS"],
	RTM_NEWQDISC: ["EPERM", "ENOMEM", "ENOBUFS"],
	RTM_DELQDISC: ["EPERM", "ENOBUFS"],
	RTM_GETQDISC: ["ENOBUFS"],
	RTM_NEWTFILTER: ["EPERM", "ENOMEM", "ENOBUFS"],
	RTM_GETTFILTER: ["ENOBUFS"],
	SOCK_DIAG_BY_FAMILY: ["ENOMEM", "ENOBUFS"],
	RTM_DELNEIGH: ["EPERM", "ENOMEM"],
	RTM_DELROUTE: ["EPERM", "EINVAL", "ENOMEM"],
	nftables: ["EPERM", "EINVAL", "ENOMEM", "EOPNOTSUPP", "ENOBUFS"],
	// The socket is opened when it is first needed.
	"ioctl(SIOCGIFNAME)": ["EMFILE", "ENOBUFS"],
	"ioctl(TUNSETIFF)": ["EPERM", "ENOMEM", "ENFILE"],
	"ioctl(TUNSETPERSIST)": ["EBADFD", "EINVAL"],
	read: ["EACCES", "EIO"],
	write: ["EACCES", "EROFS", "EINVAL"],
};
/**
 * Errnos that say that an object exists already. If there is none, only a creation may be refused so, and only once.
 */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
	RTM_NEWLINK: ["EEXIST"],
	RTM_NEWADDR: ["EEXIST"],
	RTM_NEWROUTE: ["EEXIST"],
	nftables: ["EEXIST"],
	"ioctl(TUNSETIFF)": ["EBUSY"],
};
/** What the netlink socket throws if no answer comes. */
const SILENCE = ["deadline", "overrun"];
const isGet = (name: string): boolean => name.includes("_GET");
const SOCKET = /^(RTM|NFT)_|^nftables$/;

function errorOf(request: string, name: string): Error {
	if (name === "deadline") return new DeadlineError(request, 5000);
	if (name === "overrun") return new OverrunError(new Error("ENOBUFS"));
	if (name === "interrupted") return new DumpInterruptedError(request, 10);
	const number = (constants.errno as Readonly<Record<string, number>>)[name];
	return new KernelError(request, number ?? name);
}

const [SILENT] = SILENCE;
/**
 * If an operation is refused for ever, undoing is refused as well, whatever the errno, so one errno and silence are
 * enough for that.
 */
const modesOf = (errno: string, refusals: readonly string[]): readonly Trouble["mode"][] =>
	THOROUGH || errno === SILENT || errno === refusals.at(-1) ? ["once", "forever"] : ["once"];
const SIDES = ["before", "after"] as const;
const PARTLY = ["before", "after", "partly"] as const;
// With these errnos the kernel refuses before it does anything; and if nf_tables refuses, nothing was done.
const OUTRIGHT = new Set(["EPERM", "EACCES", "EROFS"]);
const sidesOf = (
	operation: string,
	errno: string,
	divisible: boolean,
): readonly Trouble["when"][] =>
	OUTRIGHT.has(errno) || (operation === "nftables" && !SILENCE.includes(errno))
		? ["before"]
		: divisible
			? PARTLY
			: SIDES;

/** Refusals that only depend on the state of the host: they occur once, and only for creations. */
const taken = (name: string): Trouble[] =>
	(TAKEN[name] ?? []).map((errno) => ({
		name: `${errno} once before`,
		error: errorOf(name, errno),
		mode: "once",
		when: "before",
	}));

/** Every way in which an operation can go wrong. */
export function troublesOf({ name, divisible = false }: Operation): readonly Trouble[] {
	const plain = /^(read|write)\(/.exec(name)?.[1] ?? name;
	const refusals = REFUSALS[plain] ?? (isGet(name) ? ["ENOMEM"] : undefined);
	if (refusals === undefined) throw new Error(`no errnos are known for ${name}`);
	const names = SOCKET.test(name) ? [...refusals, ...SILENCE] : refusals;
	return names.flatMap((errno) =>
		modesOf(errno, refusals).flatMap((mode) =>
			sidesOf(plain, errno, divisible).map((when) => ({
				name: `${errno} ${mode} ${when}`,
				error: errorOf(name, errno),
				mode,
				when,
			})),
		),
	);
}

/** The same, and what else a creation can meet. */
export const troublesOfMaking = (operation: Operation): readonly Trouble[] => [
	...troublesOf(operation),
	...taken(operation.name),
];
