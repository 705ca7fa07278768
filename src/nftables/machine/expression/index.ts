import type { ExprName } from "../../tree/reading.js";
import type { Run } from "../evaluation.js";
import { bitwise, byteorder } from "./arithmetic.js";
import { cmp, range } from "./compare.js";
import { ct, notrack } from "./ct.js";
import { exthdr } from "./exthdr.js";
import { fib, rt } from "./fib.js";
import { lookup } from "./lookup.js";
import { meta } from "./meta.js";
import { masq, nat, redir } from "./nat.js";
import { hash, numgen } from "./number.js";
import { dynset, objref } from "./object.js";
import { payload } from "./payload.js";
import { connlimit, limit, quota } from "./stateful.js";
import { fwd, immediate, queue, reject, synproxy, tproxy } from "./verdict.js";
import { match } from "./xt-match.js";
import { target } from "./xt-target.js";

/** Expressions that change neither the verdict nor anything that a later rule could match. */
const pass: Run = () => {};
/** Expressions that load something unknown: the owner of a socket, a fingerprint, a tunnel. */
const unknown =
	(register: string, what: string, length = 4): Run =>
	(data, on) => {
		const to = (data as Readonly<Record<string, number | undefined>>)[register];
		if (to !== undefined) on.registers.storeUnknown(to, length, what);
	};
/** Expressions that end the rule for a packet that did not come through a tunnel or IPsec. */
const never: Run = (_, on) => on.break();

const SYSTEM_NAME = 16;

/** The effect of each expression of the kernel. */
export const RUN: Readonly<Record<ExprName, Run>> = {
	bitwise,
	byteorder,
	cmp,
	connlimit,
	counter: pass,
	ct,
	dup: pass,
	dynset,
	exthdr,
	fib,
	flow_offload: pass,
	fwd,
	hash,
	immediate,
	inner: never,
	last: pass,
	limit,
	log: pass,
	lookup,
	masq,
	match,
	meta,
	nat,
	notrack,
	numgen,
	objref,
	osf: unknown("NFTA_OSF_DREG", "which system sent it", SYSTEM_NAME),
	payload,
	queue,
	quota,
	range,
	redir,
	reject,
	rt,
	socket: unknown("NFTA_SOCKET_DREG", "the socket it is for"),
	synproxy,
	target,
	tproxy,
	tunnel: never,
	xfrm: never,
};
