import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type Step } from "../engine/kind.js";
import type { Identity } from "../kernel/action.js";
import { readLink } from "../kernel/read.js";
import { request } from "../netlink/request.js";
import { RTM_NEWLINK } from "../uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import { nameTaken } from "./conflict.js";
import { absent, linkGone } from "./difference.js";
import { linkDrift, setLink, strayLinks, UP } from "./link.js";
import { aliasOf } from "./mark.js";
import { notesOf, stateOf } from "./note.js";
import { Settable } from "./settable.js";
import {
	isChosenIndex,
	isLinkName,
	isListOf,
	isMapOf,
	isOptional,
	isText,
	isWhole,
} from "./shape.js";
import { isSlowed, slowDown, slowDownAgain } from "./shaper.js";

/** The interface of the host that slows down what a guest sends: everything that its tap receives goes through it. */
export interface Ifb {
	readonly name: string;
	readonly network: string;
	/** Bits per second. */
	readonly rate: number;
	/** The largest packet of the tap. */
	readonly mtu: number;
}
export interface MadeIfb extends Ifb {
	readonly index: number;
	/** What its alias says besides the network. */
	readonly notes?: readonly string[] | undefined;
}

const LONGEST = 15;
const PREFIX = "ifb-";

/** `ifb-tap0`. If the name of the tap is too long for that, a hash of it (FNV-1a, 44 bits). */
export function ifbName(tap: string): string {
	if (PREFIX.length + tap.length <= LONGEST) return PREFIX + tap;
	return PREFIX + (hash(tap, 0x811c9dc5) + hash(tap, 0x01000193)).slice(0, LONGEST - PREFIX.length);
}
function hash(text: string, basis: number): string {
	let value = basis;
	for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
	return value.toString(16).padStart(8, "0");
}

const identity = (made: MadeIfb): Identity => ({
	index: made.index,
	name: made.name,
	alias: aliasOf(made.network, made.notes),
});

const NOTHING = new Settable<never>({});

const rateWords = ({ name, rate }: Ifb): string => `what goes through ${name} to ${rate} bit/s`;

const limitStep = (made: MadeIfb): Step => ({
	label: `limit ${rateWords(made)}`,
	phase: "configure",
	effect: "create",
	do: slowDown(made),
	undo: [],
});

/**
 * A link that only hands back what is sent to it, but has a queue, which what a tap receives has not. Each guest has
 * one of its own, because nothing that the kernel knows of a packet there says which tap it came from, except for what
 * the guest wrote.
 */
export const ifb: Kind<Ifb, MadeIfb> = {
	kind: "ifb",
	key: ({ name }) => linkKey(name),
	resolve: (want, context) => ({
		index: context.kernel.chooseIndex(),
		notes: notesOf(undefined, context),
		...want,
	}),
	reconcile: (made, want, context) => ({
		...made,
		...want,
		notes: notesOf(undefined, context, stateOf(made.notes)),
	}),
	create(made) {
		const { name, index } = made;
		return [
			{
				label: `create ifb ${name}`,
				phase: "configure",
				effect: "create",
				do: {
					via: "rtnetlink",
					request: request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, {
						ifi_index: index,
						IFLA_IFNAME: name,
						IFLA_NUM_TX_QUEUES: 1,
						IFLA_NUM_RX_QUEUES: 1,
						IFLA_LINKINFO: { IFLA_INFO_KIND: "ifb" },
					}),
				},
				undo: [{ via: "unlink", link: identity(made) }],
				conflict: nameTaken("ifb", name),
			},
			{
				label: `bring up ${name}`,
				phase: "configure",
				do: setLink({ ifi_index: index, ...UP, IFLA_IFALIAS: aliasOf(made.network, made.notes) }),
				undo: [],
			},
			limitStep(made),
		];
	},
	remove: (made) => [
		{
			label: `delete ifb ${made.name}`,
			phase: "configure",
			effect: "delete",
			do: { via: "unlink", link: identity(made) },
			undo: [],
		},
	],
	drift(made, kernel) {
		const link = readLink(kernel, made.index);
		if (link === undefined) return [linkGone(made.name)];
		const wanted = { name: made.name, alias: aliasOf(made.network, made.notes) };
		return [
			...linkDrift(link, wanted, NOTHING),
			...(isSlowed(kernel, made)
				? []
				: [
						absent(
							`limit of ${rateWords(made)}`,
							`the limit of ${rateWords(made)} is not in place`,
						),
					]),
		];
	},
	change(made, next, kernel) {
		const link = readLink(kernel, made.index);
		if (link === undefined) return this.create(next);
		if (link.IFLA_IFNAME !== next.name)
			throw new ConflictError(`link ${next.name}`, `renamed to ${link.IFLA_IFNAME}`, next.name);
		const alias = aliasOf(next.network, next.notes);
		const isOff = linkDrift(link, { name: next.name, alias }, NOTHING).length > 0;
		const up: Step = {
			label: `change ${next.name}`,
			phase: "configure",
			do: setLink({ ifi_index: next.index, ...UP, IFLA_IFALIAS: alias }),
			undo: [
				setLink({
					ifi_index: next.index,
					ifi_flags: link.ifi_flags & UP.ifi_flags,
					ifi_change: UP.ifi_change,
					IFLA_IFALIAS: link.IFLA_IFALIAS ?? "",
				}),
			],
		};
		const limit = slowDownAgain(kernel, { ...next, link: next.name }, rateWords(next));
		return [...(isOff ? [up] : []), ...limit];
	},
	isMade: isMapOf({
		name: isLinkName,
		network: isText,
		index: isChosenIndex,
		rate: isWhole(1, Number.MAX_SAFE_INTEGER),
		mtu: isWhole(0, 0xffff_ffff),
		notes: isOptional(isListOf(isText)),
	}),
	strays: (made, look) =>
		strayLinks(look, "ifb", made, ({ link, name, network, notes }) => ({
			...{ name, network, notes, index: link.ifi_index, rate: 1, mtu: 0 },
		})),
};
