/**
 * Notes in the alias of a link: what was changed for its network that does not disappear with the link, and which state
 * directory remembers it. They are for whoever has to remove everything after the journal was lost, and for those who
 * use another state directory.
 */
import type { PlanContext } from "../engine/kind.js";
import { SpecError } from "../spec/error.js";
import { findForwarding, type MadeForwarding } from "./forwarding.js";
import { wasIpv6Off } from "./ipv6-forwarding.js";
import { ipv6RouterNote } from "./ipv6-router.js";
import { proxyingNote } from "./link-setting.js";
import { findIpForward, IP_FORWARD, type MadeOption, optionKey } from "./option.js";
import { forwardingKey } from "./port.js";

/** How packets leave the network of a link. */
export interface WayOut {
	/** The interface to which they are forwarded. */
	readonly routedBy?: string | undefined;
	/** Whether IPv6 packets are forwarded, too. */
	readonly isIpv6?: boolean | undefined;
	/** Whether forwarding is switched on for the whole host. */
	readonly isGlobal?: boolean | undefined;
	/** That interface answers for the guests' addresses. */
	readonly isProxied?: boolean | undefined;
}

/**
 * The notes for the alias of a link; undefined if there is nothing to note. Reads what is not known yet. `before` are
 * the notes of an existing link: its state directory may be reached by another path now, but it is still the same.
 */
export function notesOf(
	wayOut: WayOut | undefined,
	context: PlanContext,
	before?: readonly string[],
): readonly string[] | undefined {
	const notes: string[] = [];
	const { routedBy, isIpv6, isGlobal, isProxied } = wayOut ?? {};
	if (routedBy !== undefined && wasOff(routedBy, context)) notes.push(`forwarding=${routedBy}`);
	if (routedBy !== undefined && isIpv6 && wasOffForIpv6(routedBy, context))
		notes.push(`force_forwarding=${routedBy}`);
	if (isIpv6) notes.push(...ipv6RouterNote(context));
	if (routedBy !== undefined && isProxied) notes.push(...proxyingNote(routedBy, context));
	if (isGlobal && wasGloballyOff(context)) notes.push("ip_forward=0");
	notes.push(...(before ?? stateNotes(context)));
	return notes.length > 0 ? notes : undefined;
}

const stateNotes = ({ place }: PlanContext): readonly string[] =>
	place === undefined ? [] : [`state=${place}`];

/** The notes of a link about its state directory. */
export const stateOf = (notes: readonly string[] | undefined): readonly string[] =>
	(notes ?? []).filter((note) => note.startsWith("state="));

function wasOff(link: string, context: PlanContext): boolean {
	const made = context.made(forwardingKey(link)) as MadeForwarding | undefined;
	const before = made?.before ?? forwardingOf(link, context);
	return before?.forwarding === 0;
}

const forwardingOf = (link: string, context: PlanContext): ReturnType<typeof findForwarding> =>
	ifNamed(() => findForwarding(context.indexOf(link), context));

const wasOffForIpv6 = (link: string, context: PlanContext): boolean =>
	ifNamed(() => wasIpv6Off(link, context)) ?? false;

/**
 * Undefined for an interface that does not exist: the resource that needs it reports that, with the place in the spec.
 */
function ifNamed<T>(look: () => T): T | undefined {
	try {
		return look();
	} catch (error) {
		if (error instanceof SpecError) return undefined;
		throw error;
	}
}

function wasGloballyOff(context: PlanContext): boolean {
	const made = context.made(optionKey(IP_FORWARD)) as MadeOption | undefined;
	return (made?.before ?? findIpForward(context)) === "0";
}
