import type { Effect, Step, StepConflict } from "../../engine/kind.js";
import type { Action } from "../../kernel/action.js";
import type { Kernel } from "../../kernel/kernel.js";
import type { Request } from "../../netlink/request.js";

/** A link that something is on, or comes to. */
export interface Endpoint {
	readonly link: string;
	readonly index: number;
}

/**
 * One thing that is on its way from one link to another. It is put on the new link before it is taken off the old one:
 * the host is at no moment without its addresses, and what only refers to one (the `src` of another link's route) does
 * not notice, for the address never ceases to be a local one (fib_del_ifaddr, net/ipv4/fib_frontend.c).
 */
export interface Item {
	/** What puts it on the new link. */
	readonly put: readonly Change[];
	/** What takes it off the old one; nothing where putting it on the new link does that. */
	readonly take: readonly Change[];
}
export interface Change {
	readonly label: string;
	readonly effect?: Effect;
	readonly do: Request | Action;
	readonly undo: readonly (Request | Action)[];
	/** What must not be there when anything of the move is undone: it would take the place of what it came after. */
	readonly beforeUndo?: Request;
	/** What has no place on the old link when all of the move is undone, and came back with something else. */
	readonly afterUndo?: Request;
	/** The kernel may have done it already. */
	readonly removes?: true | undefined;
	readonly conflict?: StepConflict | undefined;
}

/** One sort of thing that a link has and another can be given. What is found is kept in base64: a message of the kernel's. */
export interface Sort {
	/** What of this sort is on a link, in the order to give it in. Reads. */
	read(kernel: Kernel, at: Endpoint): readonly string[];
	/** The way of one thing from a link to another, of all of its sort that go this way. */
	item(packed: string, from: Endpoint, to: Endpoint, all: readonly string[]): Item;
	/** The same for two that are the same thing, whichever link each is on. */
	key(packed: string, at: Endpoint): string;
	/** In words: `address 10.0.0.1/24`. */
	text(packed: string): string;
	/** Whether the kernel takes it only for a link that is up. */
	needsUp(packed: string): boolean;
	/**
	 * Whether the kernel takes it only for a link on which IPv6 is on: what is of IPv6, and what has a gateway of IPv6
	 * (fib6_nh_init, net/ipv6/route.c). It keeps what goes by such a gateway when IPv6 is turned off.
	 */
	needsIpv6(packed: string): boolean;
	/** Whether somebody renews or replaces it by himself: a DHCP client, or the kernel by what a router advertises. */
	isLeased(packed: string): boolean;
	/** Whether the kernel made it for the link itself: another link is given it, but it stays where it is, too. */
	isOfLink?(packed: string): boolean;
	/** The mark of who made it: IFA_PROTO, rtm_protocol. */
	protocol(packed: string): number | undefined;
}

export const pack = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
export const unpack = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

const action = (one: Request | Action): Action =>
	"via" in one ? one : { via: "rtnetlink", request: one };

/** A change as a step of a plan. */
export const stepOf = ({ label, effect, do: change, undo, removes, conflict }: Change): Step => ({
	label,
	phase: "address",
	effect,
	do: action(change),
	undo: undo.map(action),
	removes,
	conflict,
});
