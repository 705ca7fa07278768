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

/** What each operation may be refused with, whatever the host looks like (the manual pages, net/, drivers/net/tun.c). */
const REFUSALS: Readonly<Record<string, readonly string[]>> = {
	RTM_GETLINK: ["ENOBUFS", "ENOMEM"],
	RTM_GETADDR: ["ENOBUFS", "ENOMEM", "interrupted"],
	RTM_GETROUTE: ["ENOBUFS", "ENOMEM", "interrupted"],
	RTM_NEWLINK: ["EPERM", "ENOMEM", "EINVAL", "EBUSY", "EOPNOTSUPP"],
	RTM_DELLINK: ["EPERM", "ENOMEM", "EBUSY"],
	RTM_NEWADDR: ["EPERM", "ENOMEM", "ENOBUFS", "EINVAL"],
	RTM_DELADDR: ["EPERM", "EINVAL", "ENOMEM"],
	RTM_NEWROUTE: ["EPERM", "EINVAL", "ENOMEM", "ENETUNREACH", "ENETDOWN"],
	RTM_GETNEIGH: ["ENOBUFS", "ENOMEM", "interrupted"],
	RTM_NEWNEIGH: ["EPERM", "ENOBUFS"],
	RTM_DELNEIGH: ["EPERM", "ENOMEM"],
	RTM_DELROUTE: ["EPERM", "EINVAL", "ENOMEM"],
	nftables: ["EPERM", "EINVAL", "ENOMEM", "EOPNOTSUPP", "ENOBUFS"],
	// Its socket is opened when first needed.
	"ioctl(SIOCGIFNAME)": ["EMFILE", "ENOBUFS"],
	"ioctl(TUNSETIFF)": ["EPERM", "ENOMEM", "ENFILE"],
	"ioctl(TUNSETPERSIST)": ["EBADFD", "EINVAL"],
	read: ["EACCES", "EIO"],
	write: ["EACCES", "EROFS", "EINVAL"],
};
/** What says that something is in the way. Where nothing is, only making a thing may say so, and once. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
	RTM_NEWLINK: ["EEXIST"],
	RTM_NEWADDR: ["EEXIST"],
	RTM_NEWROUTE: ["EEXIST"],
	nftables: ["EEXIST"],
	"ioctl(TUNSETIFF)": ["EBUSY"],
};
/** What the netlink socket throws instead of an answer. */
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
/** Once refused, undoing is refused as well, whatever the words: that goes on for ever in one refusal and in silence. */
const modesOf = (errno: string, refusals: readonly string[]): readonly Trouble["mode"][] =>
	THOROUGH || errno === SILENT || errno === refusals.at(-1) ? ["once", "forever"] : ["once"];
const SIDES = ["before", "after"] as const;
const PARTLY = ["before", "after", "partly"] as const;
// What the kernel looks at before it does anything; and of nf_tables, a refusal means that nothing was done.
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

/** What only the state of the host can be the reason of: said once, by what makes things. */
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

/** The same, and what else making a thing can meet. */
export const troublesOfMaking = (operation: Operation): readonly Trouble[] => [
	...troublesOf(operation),
	...taken(operation.name),
];
