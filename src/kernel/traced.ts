import { describe } from "../netlink/describe.js";
import type { Outcome, Reply } from "../netlink/outcome.js";
import type { Request } from "../netlink/request.js";
import { errnoText, KernelError } from "../sys/error.js";
import {
	NLM_F_APPEND,
	NLM_F_BULK,
	NLM_F_CREATE,
	NLM_F_EXCL,
	NLM_F_NONREC,
	NLM_F_REPLACE,
} from "../uapi/netlink.js";
import type {
	BatchOutcome,
	DefaultRouter,
	HostPort,
	Kernel,
	Subnet,
	TapRequest,
} from "./kernel.js";
import { shownSetting } from "./secret.js";

/** A dump may have thousands of similar answers, of which the first are enough. */
const SHOWN = 4;

/** Describes a request to the kernel. */
type Ask<F> = F extends (...values: infer Values) => unknown
	? (...values: Values) => readonly string[]
	: never;
/** Describes its answer, in one text or several. */
type Answer<F> = F extends (...values: infer Values) => infer Result
	? (result: Result, ...values: Values) => readonly string[]
	: never;
type Call = Exclude<keyof Kernel, "identity" | "chooseIndex" | "close">;

const DONE = ["done"];
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const found = (value: string | number | undefined): readonly string[] => [
	value === undefined ? "no such link" : String(value),
];

const CALLS: {
	readonly [K in Call]: { readonly ask: Ask<Kernel[K]>; readonly answer: Answer<Kernel[K]> };
} = {
	rtnetlink: {
		ask: (requests) => requests.map(sent),
		answer: (outcomes, requests) => outcomes.flatMap((outcome, i) => ended(outcome, requests[i])),
	},
	dump: {
		ask: (message, _, value) => [`${describe({ message, value })}\n  flags NLM_F_DUMP`],
		answer: (all, _, reply) => answers(all.map((value) => describe({ message: reply, value }))),
	},
	linkName: { ask: (index) => [`SIOCGIFNAME\n  ifr_ifindex ${index}`], answer: found },
	linkMtu: { ask: (name) => [`SIOCGIFMTU\n  ifr_name ${name}`], answer: found },
	readDefaultRouters: {
		ask: (link) => [`read /proc/net/ipv6_route, the default routers of ${link}`],
		answer: (all) => answers(all.map(({ gateway, metric }) => `${text(gateway)} metric ${metric}`)),
	},
	readLearnedLinks: {
		ask: () => ["read /proc/net/ipv6_route, the links of default routers"],
		answer: (all) => answers(all),
	},
	addDefaultRouter: {
		ask: ({ gateway, metric, link }: DefaultRouter) => [
			`SIOCADDRT\n  rtmsg_gateway ${text(gateway)}\n  rtmsg_metric ${metric}\n  rtmsg_ifindex ${link}`,
		],
		answer: () => DONE,
	},
	nftables: {
		ask: (batch) => batch.map(sent),
		answer: committed,
	},
	readNftables: {
		ask: (message, _, value, dump) => [
			`${describe({ message, value })}${dump ? "\n  flags NLM_F_DUMP" : ""}`,
		],
		answer: (all, _, reply) => answers(all.map((value) => describe({ message: reply, value }))),
	},
	lookUpNftables: {
		ask: (requests) => requests.map(sent),
		answer: (outcomes, requests) => outcomes.flatMap((outcome, i) => ended(outcome, requests[i])),
	},
	readSysctl: {
		ask: (path) => [`read /proc/sys/${path}`],
		answer: (value, path) => [shownSetting(path, value)],
	},
	readSysctls: {
		ask: (directory) => [`read all of /proc/sys/${directory}`],
		answer: (values) => [
			[...values].map(([name, v]) => `${name} ${shownSetting(name, v)}`).join("\n"),
		],
	},
	writeSysctl: {
		ask: (path, value) => [`write ${shownSetting(path, value)} to /proc/sys/${path}`],
		answer: () => DONE,
	},
	createTap: {
		ask: ({ name, index, owner, group }: TapRequest) => [
			[
				"open /dev/net/tun",
				`TUNSETIFINDEX ${index}`,
				`TUNSETIFF ${name}`,
				...(owner === undefined ? [] : [`TUNSETOWNER ${owner}`]),
				...(group === undefined ? [] : [`TUNSETGROUP ${group}`]),
			].join("\n  "),
		],
		answer: () => DONE,
	},
	persistTap: { ask: (name) => [`TUNSETPERSIST 1\n  of ${name}`], answer: () => DONE },
	dropTap: { ask: (name) => [`close /dev/net/tun\n  of ${name}`], answer: () => DONE },
	forgetFlows: {
		ask: (subnets: readonly Subnet[]) => [
			[
				"delete tracked connections",
				...subnets.map((s) => `of ${text(s.address)}/${s.prefix}`),
			].join("\n  "),
		],
		answer: () => DONE,
	},
	endFlows: {
		ask: () => ["delete tracked connections\n  that are forbidden now"],
		answer: () => DONE,
	},
	forgetFlowsTo: {
		ask: (ports: readonly HostPort[]) => [
			[
				"delete tracked connections",
				...ports.map(
					({ protocol, port, address }) =>
						`to protocol ${protocol} port ${port} of ${address === undefined ? "this host" : text(address)}`,
				),
			].join("\n  "),
		],
		answer: () => DONE,
	},
	readListeners: {
		ask: (ports) => [
			[
				"SOCK_DIAG_BY_FAMILY",
				...ports.map(({ protocol, port }) => `protocol ${protocol} port ${port}`),
			].join("\n  "),
		],
		answer: (all) =>
			answers(
				all.map(({ address, port, inode }) => `${text(address)} port ${port} inode ${inode}`),
			),
	},
	socketOwner: {
		ask: (inode) => [`look in /proc for who holds socket ${inode}`],
		answer: (owner) => [owner ?? "nobody known"],
	},
};

/**
 * The same kernel, which describes every request before it is made, and the answer. Secrets are left out. A request
 * begins with its number and `>`, an answer with the number and `<`.
 */
export function traced(kernel: Kernel, tell: (lines: string) => void): Kernel {
	let number = 0;
	return new Proxy(kernel, {
		get(target, key) {
			const value: unknown = Reflect.get(target, key, target);
			if (typeof value !== "function") return value;
			const call = CALLS[key as Call] as (typeof CALLS)[Call] | undefined;
			if (call === undefined) return value.bind(target);
			const { ask, answer } = call as { ask: Ask<AnyCall>; answer: Answer<AnyCall> };
			return (...values: readonly unknown[]): unknown => {
				const place = ++number;
				for (const one of ask(...values)) tell(`${place}> ${indented(one)}`);
				try {
					const result: unknown = Reflect.apply(value, target, values);
					for (const one of answer(result, ...values)) tell(`${place}< ${indented(one)}`);
					return result;
				} catch (error) {
					tell(`${place}< ${indented(refusal(error))}`);
					throw error;
				}
			};
		},
	});
}

type AnyCall = (...values: readonly unknown[]) => unknown;

const indented = (lines: string): string => lines.replaceAll("\n", "\n    ");

/** The names of flags in a message, which depend on whether it creates or deletes. */
const OF_NEW = { NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE, NLM_F_APPEND };
const OF_DEL = { NLM_F_NONREC, NLM_F_BULK };

function sent(request: Request): string {
	const named = Object.entries(request.message.name.includes("_DEL") ? OF_DEL : OF_NEW);
	const set = named.filter(([, flag]) => (request.flags & flag) !== 0).map(([name]) => name);
	return `${describe(request)}${set.length === 0 ? "" : `\n  flags ${set.join(" ")}`}`;
}

/** The result of one request. A reply has the name of its request with NEW instead of GET. */
function ended(
	{ error, errno, replies }: Outcome,
	request: Request | undefined,
): readonly string[] {
	if (errno !== undefined) return [error === undefined ? errno : refusal(error)];
	if (replies.length === 0) return DONE;
	const name = request?.message.name.replace("_GET", "_NEW") ?? "";
	return answers(
		replies.map((reply: Reply) => describe({ message: { name }, value: reply.value })),
	);
}

function committed({ refused }: BatchOutcome, batch: readonly Request[]): readonly string[] {
	if (refused.length === 0) return ["committed"];
	return refused.map(({ at, error }) => `${batch[at]?.message.name}: ${refusal(error)}`);
}

/** The kernel's own words, if it sent any. */
function refusal(error: unknown): string {
	if (error instanceof KernelError)
		return `${error.errno}: ${error.kernel ?? errnoText(error.errno)}`;
	return error instanceof Error ? error.message : String(error);
}

const answers = (all: readonly string[]): readonly string[] => {
	if (all.length === 0) return ["nothing"];
	const more = all.length - SHOWN;
	return more > 0 ? [...all.slice(0, SHOWN), `and ${more} more`] : all;
};
