/** What `--json` prints, verb by verb. The compiler compares it with the reports, and tests with real output. */
import type { DemoEvent } from "../../demo/demo.js";
import type { Count } from "../../engine/report.js";
import type { FirecrackerNetwork } from "../../service/launch.js";
import type { tapSettings } from "../../spec/fields.js";
import type { NetworkInput } from "../../spec/input.js";
import { API_VERSION } from "../api-version.js";
import {
	amount,
	flag,
	foreign,
	list,
	object,
	optional,
	type Shape,
	scalar,
	text,
	textOrNull,
	truth,
	whole,
	wholeOrNull,
	word,
} from "./shape.js";

/** The settings of a tap come from the table of fields. */
const SETTINGS = {
	owner: optional(whole("id of the user who may open it")),
	group: optional(whole("id of the group that may open it")),
	mac: optional(text("MAC address of the host's side")),
	mtu: optional(whole("largest packet in bytes")),
	txqueuelen: optional(whole("how many packets may wait for the guest")),
	multiQueue: truth("whether it can be opened once per queue"),
	vnetHdr: truth("whether frames carry a virtio header"),
} satisfies Record<keyof typeof tapSettings, Shape<unknown>>;

const launch = object("what a virtual machine monitor is given, so that its guest gets this tap", {
	uml: optional(text("User Mode Linux, the driver that every version has: eth0 in the guest")),
	umlVector: optional(text("User Mode Linux, the vector driver: vec0 in the guest")),
	qemu: list("QEMU, an argument each", text("one argument")),
	firecracker: optional(
		foreign<FirecrackerNetwork>({
			description: "a part of Firecracker's configuration file",
			type: "object",
		}),
	),
	ip: optional(text("a parameter of the guest's kernel, for IPv4 alone")),
	inGuest: list("what to type in a guest whose kernel ignores that", text("one command")),
});

const TAP = {
	name: text("name of its interface on the host"),
	index: whole("index of its interface"),
	network: text("name of its network"),
	mode: word("how far its guest gets; parked while it waits in a pool", [
		"nat",
		"bridged",
		"routed",
		"host-only",
		"parked",
		"unknown",
	]),
	...SETTINGS,
	bridge: optional(text("the bridge that it is a port of")),
	uplink: optional(text("where traffic leaves, or which interface is a port of the bridge too")),
	addresses: list("host-side addresses of the guest's segment, CIDR", text("CIDR")),
	guest: object("what the guest is to use", {
		addresses: list("addresses, CIDR", text("CIDR")),
		mac: optional(text("MAC address")),
	}),
	guard: optional(word("what its guest may send", ["basic", "strict", "none"])),
	isolation: optional(truth("whether it is kept from the other guests of its network")),
	publish: optional(list("ports of the host that lead to the guest", text("as in a spec"))),
	limits: optional(
		object("how much the guest may use", {
			download: optional(text("how fast it receives, as tc(8) writes it")),
			upload: optional(text("how fast it sends")),
			connections: optional(whole("how many connections are tracked at once")),
		}),
	),
	pool: optional(text("process whose pool it belongs to, PID-STARTTIME")),
	bind: optional(
		object("what it lives as long as", { process: text("the process it is for, PID-STARTTIME") }),
	),
	launch,
};

const counts = (description: string): Shape<Readonly<Record<string, Count>>> => ({
	schema: {
		description,
		type: "object",
		additionalProperties: object("how much", {
			packets: whole("packets"),
			bytes: whole("bytes in them"),
		}).schema,
	},
});

const step = object("a step", {
	label: text("in words"),
	effect: word("what it does to the host", ["create", "delete", "change"]),
	path: text("the place in the spec that asks for it"),
	messages: list("what the kernel is asked, for plans", text("a message")),
});
const steps = list("in order", step);

const difference = object("one thing in which the host differs from what was made", {
	object: text("what differs"),
	field: text("in what it does; present where it is missing, or there and should not be"),
	wanted: scalar("what was made"),
	found: scalar("what the host has instead"),
	message: text("all of this in words"),
});
const counted = (description: string) =>
	object(description, { packets: whole("packets"), bytes: whole("bytes in them") });
const drift = list("empty when all is as made", difference);

const loss = object("what could not be given back to others", {
	subject: text("what it is"),
	reason: text("why not"),
	ours: optional(flag("it was ours: nobody has lost anything")),
});
const losses = optional(list("what could not be given back to others", loss));

const warnings = list(
	"what will not work though it was asked for",
	object("a warning", {
		code: text("stable, for programs: WARN_UPLINK_DOWN"),
		message: text("in words"),
		path: optional(text("the place in the spec that asks for it")),
	}),
);

const provisional = optional(
	object("a change that waits to be confirmed", {
		transaction: text("its name"),
		command: text("what was asked for"),
		remaining: amount("seconds until it is rolled back"),
	}),
);

export const up = object("up", {
	changed: truth("whether the kernel was changed"),
	steps,
	taps: list("the taps of the spec", object("a tap", TAP)),
	warnings,
	pruned: optional(list("with --prune: taps that were taken down", text("name of a tap"))),
	losses,
	provisional,
});

export const down = object("down", {
	changed: truth("whether the kernel was changed"),
	steps,
	taps: list("taps that were taken down", text("name of a tap")),
	losses,
	provisional,
});

export const plan = object("plan", { steps, warnings });

export const status = object("status", {
	taps: list(
		"taps of ours",
		object("a tap", {
			...TAP,
			drops: optional(counts("what was dropped of what its guest sent, by reason")),
			traffic: optional(
				object("how much went through it, as its guest sees it", {
					download: counted("what was handed to the guest"),
					upload: counted("what the guest sent"),
				}),
			),
			drift,
		}),
	),
	resources: list(
		"what was made for taps and beside them",
		object("an object of the host", {
			kind: text("what it is"),
			key: text("its name among all objects of ours"),
			taps: list("who needs it", text("name of a tap")),
			drift,
		}),
	),
	networks: optional(
		foreign<Readonly<Record<string, NetworkInput>>>({
			description: "the networks of these taps by name, as a spec has them",
			type: "object",
			additionalProperties: { type: "object", required: ["mode"] },
		}),
	),
	strays: optional(list("objects marked as umlnet-nl's that are not remembered", text("in words"))),
	exact: optional(truth("with --verify: whether all is exactly as applied")),
	unfinished: optional(text("the command that a killed process did not finish")),
	unseen: optional(
		list("what this caller must not read, so that the rest is told", text("a sentence")),
	),
	provisional,
});

const edge = object("a line", {
	from: text("id of the box nearer to the world"),
	to: text("id of the box nearer to the guest"),
	label: optional(text("what happens to packets there")),
});
const box = object("one object, or many that are alike", {
	id: text("its name in this picture"),
	kind: word("what it stands for", ["uplink", "bridge", "tap", "guest"]),
	label: list("the first is its name", text("a line of text")),
	many: whole("for how many objects it stands"),
	drift: list("in what it differs from what was applied", text("in words")),
});

export const graph = object("graph", {
	clusters: list(
		"the frames",
		object("a network, or many that are alike", {
			label: text("which, and how its guests get out"),
			nodes: list("the boxes in it", text("id of a box")),
			drift: list("what differs of it and is none of its boxes", text("in words")),
		}),
	),
	nodes: list("the boxes", box),
	edges: list("the lines", edge),
});

export const recover = object("recover", {
	outcome: word("what was found", ["nothing", "undone", "finished"]),
	transaction: optional(text("the command of that transaction")),
	steps,
	residual: list("what could not be proven to be ours, and was left alone", text("in words")),
	givenUp: optional(list("with --give-up: what is forgotten now", text("in words"))),
	strays: optional(list("with --strays: what was taken away", text("in words"))),
	losses,
	provisional,
});

export const gc = object("gc", {
	changed: truth("whether the kernel was changed"),
	garbage: list(
		"what belonged to nobody any more",
		object("an object", { object: text("what it is"), reason: text("why nobody needs it") }),
	),
	steps,
	losses,
});

export const confirm = object("confirm", {
	changed: truth("whether it was this call that confirmed it"),
	transaction: text("the command that was confirmed"),
	steps,
});

const document = foreign<{ readonly nftables: readonly object[] }>({
	description: "a document of libnftables-json(5)",
	type: "object",
	required: ["nftables"],
	properties: { nftables: { type: "array", items: { type: "object" } } },
});

export const nftApply = object("nft apply", {
	applied: truth("false with --check"),
	answers: list("what its list and reset commands asked for", document),
});

/** One change in the output of `nft watch`, which has one a line. */
const nftWatch = foreign<object>({
	description: "a change, as `nft -j monitor` tells it",
	type: "object",
	minProperties: 2,
	maxProperties: 2,
	properties: {
		add: { type: "object" },
		insert: { type: "object" },
		delete: { type: "object" },
	},
});

const rule = object("a rule, or the policy of a chain", {
	family: text("ip, inet, bridge"),
	table: text("its table"),
	chain: text("its chain"),
	base: text("the base chain from which it was reached"),
	handle: optional(whole("of the rule; none of a policy")),
	rule: text("as nft writes it"),
	owner: text("whose it is: docker, ufw, umlnet-nl, iptables, others"),
});

const demo = object("demo", {
	events: list(
		"what happened, in order",
		foreign<DemoEvent>({
			description: "an event; its other properties depend on which it is",
			type: "object",
			required: ["event"],
			properties: { event: { enum: ["built", "up", "down", "looked", "guest", "pinged", "left"] } },
		}),
	),
});

export const trace = foreign<object>({
	description: "a step of a packet, a line each; or that the kernel had to drop some",
	type: "object",
	properties: {
		packet: { description: "the same for all steps of one packet", type: "integer" },
		family: { description: "ip, inet, bridge, arp", type: "string" },
		table: { type: "string" },
		chain: { type: "string" },
		hook: { description: "that called the chain; none of one that was jumped to", type: "string" },
		step: { enum: ["rule", "return", "policy"] },
		handle: { description: "of the rule", type: "integer" },
		rule: { description: "as nft writes it", type: "string" },
		verdict: { description: "accept, drop, continue, jump CHAIN", type: "string" },
		input: { description: "the interface it came in by", type: "string" },
		output: { description: "the interface it leaves by", type: "string" },
		about: { description: "the packet in words", type: "string" },
		mark: { type: "integer" },
		overrun: { const: true },
	},
});

const FINDING = {
	code: text("stable, for programs: FINDING_RULE_DROPS"),
	message: text("what is wrong, in a sentence"),
	evidence: list("what it was seen by", text("a setting, a state, a rule")),
	remedy: optional(text("a command that mends it")),
	rule: optional(rule),
	stops: truth("whether packets are stopped by it now"),
} satisfies Record<string, Shape<unknown>>;
const finding = object("something that stops packets, or will", FINDING);

const stage = object("a stage of the way", {
	stage: text("prerouting, route, forward"),
	device: optional(text("the interface, if it is about one")),
	message: text("what was found there, in a sentence"),
	verdict: word("how the packet left it", ["passes", "stopped", "unknown"]),
	rules: list("rules that decided about the packet, or changed it", rule),
	finding: optional(finding),
});

export const why = object("why", {
	tap: text("name of the tap"),
	direction: word("seen from the guest", ["to", "from"]),
	packet: object("the packet that was asked about", {
		source: text("address"),
		destination: text("address"),
		protocol: text("icmp, icmpv6, tcp, udp"),
		port: optional(whole("at its destination")),
	}),
	arrives: truth("whether it arrives and is answered, as far as this host decides"),
	way: list("to where it arrives or is stopped", stage),
	back: list("of the answer; empty if there is none", stage),
	finding: optional(finding),
	dependsOn: list("what the verdict depends on and nobody can know beforehand", text("in words")),
	assumed: list("what was assumed, for nobody said it", text("in words")),
});

export const doctor = object("doctor", {
	tap: optional(text("the tap that was asked about")),
	healthy: truth("whether nothing stops packets now"),
	findings: list("what stops packets first, then what may", finding),
	checks: list(
		"everything that was looked at",
		object("a check", {
			check: text("what was looked at"),
			outcome: word("what came out", ["ok", "found", "unread"]),
			reason: optional(text("what could not be read, and why")),
		}),
	),
});

export const error = object("an error", {
	error: object("what went wrong", {
		code: text("stable, for programs: ERR_KERNEL"),
		message: text("in words"),
		path: textOrNull("where in the spec the trouble began"),
		step: textOrNull("the step that failed"),
		errno: textOrNull("name of the errno"),
		kernel: textOrNull("the kernel's own sentence"),
		hint: textOrNull("what to do about it"),
		issues: list(
			"everything that is wrong with a spec, or with flags",
			object("an issue", {
				path: text("taps.tap0.mtu; empty for the document as a whole"),
				line: wholeOrNull("counted from 1"),
				column: wholeOrNull("counted from 1"),
				flag: textOrNull("the flag it was given by"),
				message: text("in words"),
				hint: textOrNull("what to write instead"),
			}),
		),
	}),
});

/** The schemas by the words of the command. */
export const OUTPUTS = {
	up,
	down,
	plan,
	status,
	graph,
	recover,
	confirm,
	gc,
	doctor,
	why,
	trace,
	"nft apply": nftApply,
	"nft list": document,
	"nft watch": nftWatch,
	demo,
	error,
} satisfies Record<string, Shape<unknown>>;

const versioned = ({ schema }: Shape<unknown>) => {
	const { required = [], properties = {} } = schema as {
		required?: readonly string[];
		properties?: object;
	};
	return {
		...schema,
		required: ["apiVersion", ...required],
		properties: { apiVersion: { const: API_VERSION }, ...properties },
	};
};

/** The JSON Schema of all output of `--json`; the output of one verb is `#/$defs/VERB`. */
export function outputSchema(): Readonly<Record<string, unknown>> {
	const names = Object.keys(OUTPUTS);
	return {
		$schema: "https://json-schema.org/draft/2020-12/schema",
		title: "umlnet-nl --json",
		anyOf: names.map((name) => ({ $ref: `#/$defs/${name.replace(" ", "-")}` })),
		$defs: Object.fromEntries(
			Object.entries(OUTPUTS).map(([name, shape]) => [name.replace(" ", "-"), versioned(shape)]),
		),
	};
}
