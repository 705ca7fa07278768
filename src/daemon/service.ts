/** The methods of umlnet.v1.HostService, over `Networks`. */
import { decodeMessage, encodeMessage, type Method, methods } from "../proto/message.js";
import type { WhyQuery } from "../service/diagnosis.js";
import type { Connection, GuestInput, Networks, Which } from "../service/networks.js";
import type { TapReport } from "../service/reports.js";
import type { SpecInput } from "../spec/input.js";
import { UmlnetError } from "../sys/error.js";
import type { Peer } from "../sys/peer.js";
import { callErrorOf } from "./status.js";
import type { Unary } from "./transport.js";

/** The networks as a caller may use them. @throws UmlnetError ERR_PERMISSION where that is not at all */
export type Admit = (peer: Peer) => Networks;

/** What a request holds: its shape is the schema's, what is in it is anybody's. */
type Request = Readonly<Record<string, unknown>>;
type Handler = (networks: Networks, request: Request) => Promise<object>;

/** What is there in a request, by the options of a call. */
const change = ({ confirmWithin, sparing }: Request) => ({
	...(confirmWithin !== undefined && { confirmWithin: confirmWithin as number }),
	...(sparing !== undefined && { sparing: sparing as Connection }),
});

/** Empty where nothing was said: then it is refused as any other spec. */
const specOf = (spec: unknown): SpecInput => (spec ?? {}) as SpecInput;

/** @throws UmlnetError unless exactly one of them is said */
function whichOf(given: unknown): Which {
	const { taps, spec, all } = (given ?? {}) as { taps?: string[]; spec?: SpecInput; all?: boolean };
	const said = [taps, spec, all || undefined].filter((one) => one !== undefined);
	if (said.length !== 1)
		throw new UmlnetError(
			"ERR_USAGE",
			"which taps? Exactly one of taps, spec and all is to be given",
		);
	return all ? { all: true } : taps === undefined ? { spec: spec as SpecInput } : { taps };
}

/** A part of the configuration of Firecracker is a text in a message. */
function sent<T extends TapReport>(tap: T): object {
	const { firecracker, ...launch } = tap.launch;
	const text = firecracker && JSON.stringify(firecracker);
	return { ...tap, launch: { ...launch, firecracker: text } };
}
const withTaps = (report: { readonly taps: readonly TapReport[] }): object => ({
	...report,
	taps: report.taps.map(sent),
});

/** In a message of a tap its network stands; in a guest's beside it. */
const withoutNetwork = ({ network, ...rest }: Request): object => rest;

const handlers: Readonly<Record<Method, Handler>> = {
	Up: async (networks, request) =>
		withTaps(
			await networks.up(specOf(request.spec), {
				prune: request.prune === true,
				...change(request),
			}),
		),
	Down: (networks, request) => networks.down(whichOf(request.which), change(request)),
	async Plan(networks, { up, down, prune }) {
		if ((up === undefined) === (down === undefined))
			throw new UmlnetError("ERR_USAGE", "a plan of what? Either up or down is to be given");
		return up === undefined
			? networks.planDown(whichOf(down))
			: networks.plan(specOf(up), { prune: prune === true });
	},
	Status: async (networks, { taps, verify, remembered }) =>
		withTaps(
			await networks.status(taps as string[] | undefined, {
				verify: verify === true,
				remembered: remembered === true,
			}),
		),
	Take: async (networks, { network, networks: named, tap }) => {
		const guest = {
			network,
			networks: named ?? {},
			...(tap !== undefined && { tap: withoutNetwork(tap as Request) }),
		};
		return { tap: sent(await networks.take(guest as GuestInput)) };
	},
	Confirm: (networks) => networks.confirm(),
	Doctor: (networks, { tap }) => networks.doctor(tap as string | undefined),
	Why: (networks, query) => networks.why(query as unknown as WhyQuery),
	Recover: (networks, { strays, giveUp }) =>
		networks.recover({
			strays: strays === true,
			...(giveUp !== undefined && { giveUp: giveUp as string[] }),
		}),
};

const SERVICE = "/umlnet.v1.HostService/";
export const pathOf = (method: Method): string => SERVICE + method;

/** The methods by their paths. `told` is given what each call failed with. */
export function hostService(
	admit: Admit,
	told: (method: Method, peer: Peer, error: unknown) => void = () => {},
): Readonly<Record<string, Unary>> {
	return Object.fromEntries(
		(Object.keys(methods) as Method[]).map((method): [string, Unary] => [
			pathOf(method),
			async (bytes, { peer }) => {
				const { requestType, responseType } = methods[method];
				try {
					const networks = admit(peer);
					const response = await handlers[method](networks, requestOf(requestType, bytes));
					return encodeMessage(responseType, response);
				} catch (error) {
					told(method, peer, error);
					throw callErrorOf(error);
				}
			},
		]),
	);
}

/** @throws UmlnetError for bytes that are no such message */
function requestOf(type: string, bytes: Uint8Array): Request {
	try {
		return decodeMessage(type, bytes);
	} catch (cause) {
		throw new UmlnetError("ERR_USAGE", `this is no ${type}: ${(cause as Error).message}`, {
			cause,
		});
	}
}
