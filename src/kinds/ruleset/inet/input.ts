import type { StatementJson } from "../../../nftables/index.js";
import { dropHost } from "../guard/drop.js";
import { guests4 } from "../set/guests4.js";
import { guests6 } from "../set/guests6.js";
import { POLICIES } from "../set/policy.js";
import { segments } from "../set/segments.js";
import type { Chain } from "../table.js";
import { bySender } from "./by-policy.js";
import { isAnswer, isIn } from "./match.js";

const typeOf = (...flags: readonly string[]) => ({ fib: { result: "type", flags } }) as const;
const is = (left: object, right: unknown, op = "==") =>
	({ match: { op, left, right } }) as unknown as StatementJson;
const drop = { goto: { target: dropHost.create.name } } as const;
const accept = { accept: null } as const;
const goTo = ({ create }: Chain) => ({ goto: { target: create.name } }) as const;
const jumpTo = ({ create }: Chain) => ({ jump: { target: create.name } }) as const;

/** Without neighbour discovery no packet of IPv6 gets anywhere, and multicast needs its listeners known. */
const isDiscovery = is(
	{ payload: { protocol: "icmpv6", field: "type" } },
	{
		set: [
			"nd-neighbor-solicit",
			"nd-neighbor-advert",
			"nd-router-solicit",
			"mld-listener-report",
			"mld-listener-done",
			"mld2-listener-report",
		],
	},
);

export const hostClosed: Chain = {
	create: { name: "host_closed", comment: "nothing of the host" },
	rules: [[isDiscovery, accept], [drop]],
};

export const hostServices: Chain = {
	create: { name: "host_services", comment: "what a host does for its guests" },
	rules: [
		[is({ payload: { protocol: "icmp", field: "type" } }, "echo-request"), accept],
		[is({ payload: { protocol: "icmpv6", field: "type" } }, "echo-request"), accept],
		[isDiscovery, accept],
		[drop],
	],
};

/** Addresses of the host that are not on the guest's segment: that they are the host's makes them no nearer. */
export const hostElsewhere: Chain = {
	create: { name: "host_elsewhere", comment: "an address that the host has on another link" },
	rules: bySender(POLICIES.egress, { full: undefined, none: drop, internet: drop, list: drop }),
};

export const fromGuestToHost: Chain = {
	create: { name: "to_host", comment: "a guest begins a connection to the host" },
	rules: [
		[
			is(typeOf("daddr"), "local"),
			is(typeOf("daddr", "iif"), "local", "!="),
			jumpTo(hostElsewhere),
		],
		...bySender(POLICIES.host, {
			open: accept,
			services: goTo(hostServices),
			closed: goTo(hostClosed),
		}),
	],
};

/** What comes to the host itself: its answers pass, and what guests begin is judged. */
export const input: Chain = {
	create: {
		name: "input",
		type: "filter",
		hook: "input",
		prio: 0,
		policy: "accept",
		comment: "connections of guests to the host",
	},
	rules: [
		[isAnswer, accept],
		[isIn("iifname", segments.set), goTo(fromGuestToHost)],
		[isIn(["iifname", "ip saddr"], guests4.set), goTo(fromGuestToHost)],
		[isIn(["iifname", "ip6 saddr"], guests6.set), goTo(fromGuestToHost)],
	],
};
