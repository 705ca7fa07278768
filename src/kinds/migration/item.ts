import type { Effect, Step, StepConflict } from "../../engine/kind.js";
import type { Action } from "../../kernel/action.js";
import type { Kernel } from "../../kernel/kernel.js";
import type { Request } from "../../netlink/request.js";

/** A link that objects move from or to. */
export interface Endpoint {
	readonly link: string;
	readonly index: number;
}

/**
 * An object that moves from one link to another. It is added to the new link before it is removed from the old one: so
 * the host is never without its addresses, and what only refers to an address, such as the `src` of a route on another
 * link, is not affected, because the address never stops being local (fib_del_ifaddr, net/ipv4/fib_frontend.c).
 */
export interface Item {
	/** The changes that add it to the new link. */
	readonly put: readonly Change[];
	/** The changes that remove it from the old link; empty if adding it to the new link does that. */
	readonly take: readonly Change[];
}
export interface Change {
	readonly label: string;
	readonly effect?: Effect;
	readonly do: Request | Action;
	readonly undo: readonly (Request | Action)[];
	/**
	 * A removal that must happen before anything of the move is undone, because otherwise this object would become what
	 * the one before it was.
	 */
	readonly beforeUndo?: Request;
	/** A removal from the old link after everything was undone, because this object came back with another one. */
	readonly afterUndo?: Request;
	/** Set if the kernel may have removed it already. */
	readonly removes?: true | undefined;
	readonly conflict?: StepConflict | undefined;
}

/**
 * A type of object that a link has and another one can be given. Objects are kept as messages of the kernel, in base64.
 */
export interface Sort {
	/** The objects of this type on a link, in the order in which to add them. Reads the kernel. */
	read(kernel: Kernel, at: Endpoint): readonly string[];
	/** The changes that move an object from one link to another. `all` are the objects of this type that move. */
	item(packed: string, from: Endpoint, to: Endpoint, all: readonly string[]): Item;
	/** A key that is equal for the same object on different links. */
	key(packed: string, at: Endpoint): string;
	/** A description: `address 10.0.0.1/24`. */
	text(packed: string): string;
	/** Whether the kernel accepts it only on a link that is up. */
	needsUp(packed: string): boolean;
	/**
	 * Whether the kernel accepts it only on a link with IPv6: IPv6 objects, and those with an IPv6 gateway (fib6_nh_init,
	 * net/ipv6/route.c). Objects with such a gateway stay when IPv6 is switched off.
	 */
	needsIpv6(packed: string): boolean;
	/**
	 * Whether somebody renews or replaces it automatically: a DHCP client, or the kernel according to router
	 * advertisements.
	 */
	isLeased(packed: string): boolean;
	/**
	 * Whether the kernel has made it for the link itself: another link is given it as well, but it also stays where it
	 * is.
	 */
	isOfLink?(packed: string): boolean;
	/** The mark of whoever made it: IFA_PROTO or rtm_protocol. */
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
