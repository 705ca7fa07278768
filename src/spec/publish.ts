/**
 * The syntax of `publish`: `8080:80`, `203.0.113.2:2222:22/tcp`, `[2001:db8::2]:53:53/udp`, `7000-7010:7000-7010/tcp`.
 */
import {
	AddressError,
	type Family,
	familyOf,
	formatAddress,
	isIPv4Mapped,
	parseAddress,
} from "../inet/address.js";
import { quote } from "./tree.js";

/** The protocols with ports that the kernel can translate. */
export const PUBLISHED_PROTOCOLS = ["tcp", "udp", "sctp"] as const;
export type PublishedProtocol = (typeof PUBLISHED_PROTOCOLS)[number];

/** Ports from the first to the last, both included. */
export interface PortRange {
	readonly first: number;
	readonly last: number;
}

/** Ports of the host that are forwarded to a guest. */
export interface Publish {
	/** The address of the host; undefined for all of its addresses. */
	readonly host: string | undefined;
	/** The family of the host's addresses; undefined for both families. */
	readonly family: Family | undefined;
	readonly protocol: PublishedProtocol;
	readonly ports: PortRange;
	/** As many ports as in `ports`; the first one leads to the first one. */
	readonly guestPorts: PortRange;
	/** Canonical: equal values have equal texts. */
	readonly text: string;
}

/** A mistake in an entry of `publish`. */
export class PublishError extends Error {
	readonly hint: string | undefined;
	constructor(message: string, hint?: string) {
		super(message);
		this.hint = hint;
	}
}

/** What JSON Schema can check: digits and ranges, an address before and a protocol behind them. */
export const PUBLISH_FORM =
	"^((\\[[0-9A-Fa-f:.]+\\]|[0-9.]+):)?[0-9]+(-[0-9]+)?:[0-9]+(-[0-9]+)?(/(tcp|udp|sctp))?$";
const FORM = /^(?:(\[[^\]]*\]|[^:[\]]*):)?([^:/[\]]*):([^:/[\]]*)(?:\/(.*))?$/;
const EXAMPLES = "such as 8080:80, 203.0.113.2:2222:22/tcp or [2001:db8::2]:53:53/udp";

/** @throws PublishError, whose message says why and does not quote the whole text */
export function parsePublish(text: string): Publish {
	const [, host, hostPorts = "", guestPorts = "", protocol = "tcp"] = FORM.exec(text) ?? [];
	if (hostPorts === "" || guestPorts === "")
		throw new PublishError("is not [ADDRESS:]HOSTPORT:GUESTPORT[/tcp|udp|sctp]", formHint(text));
	const where = readHost(host);
	const ports = readPorts(hostPorts, "the port of the host");
	const guest = readPorts(guestPorts, "the port of the guest");
	const [wide, narrow] = [ports, guest].map(({ first, last }) => last - first + 1);
	if (wide !== narrow)
		throw new PublishError(
			`${wide} ports of the host cannot be ${narrow} of the guest`,
			"write two ranges of one length",
		);
	const known = PUBLISHED_PROTOCOLS.find((one) => one === protocol);
	if (known === undefined)
		throw new PublishError(`${quote(protocol)} is none of ${PUBLISHED_PROTOCOLS.join(", ")}`);
	const publish = { ...where, protocol: known, ports, guestPorts: guest };
	return { ...publish, text: formatPublish(publish) };
}

/** A hint for an IPv6 address without brackets, which is ambiguous. */
const formHint = (text: string): string =>
	text.split(":").length > 4 && !text.includes("[")
		? "an IPv6 address stands in brackets: [2001:db8::2]:53:53/udp"
		: EXAMPLES;

function readPorts(text: string, what: string): PortRange {
	const [, first, last = first] = /^([0-9]+)(?:-([0-9]+))?$/.exec(text) ?? [];
	if (first === undefined)
		throw new PublishError(`${what} is ${quote(text)}, must be a number or a range, 7000-7010`);
	const range = { first: readPort(first, what), last: readPort(last, what) };
	if (range.first > range.last)
		throw new PublishError(
			`${what} is ${text}: the range ends before it begins`,
			`${range.last}-${range.first}`,
		);
	return range;
}

function readPort(digits: string | undefined, what: string): number {
	const port = Number(digits);
	if (port >= 1 && port <= 65_535) return port;
	throw new PublishError(`${what} is ${digits}, must be 1 to 65535`);
}

function readHost(text: string | undefined): Pick<Publish, "host" | "family"> {
	if (text === undefined) return { host: undefined, family: undefined };
	const bare = text.replace(/^\[(.*)\]$/, "$1");
	const address = readAddress(bare);
	const family = familyOf(address);
	if ((family === 6) !== text.startsWith("["))
		throw new PublishError(
			`an IPv${family} address stands ${family === 6 ? "" : "not "}in brackets`,
		);
	if (address.every((byte) => byte === 0)) return { host: undefined, family };
	const host = formatAddress(address);
	const fault = hostFault(address, host);
	if (fault !== undefined) throw new PublishError(`${host} ${fault}`);
	return { host, family };
}

function readAddress(text: string): Uint8Array {
	try {
		return parseAddress(text);
	} catch (error) {
		if (!(error instanceof AddressError)) throw error;
		throw new PublishError(`${quote(text)} is no address of the host: ${error.message}`, EXAMPLES);
	}
}

/** Why packets never arrive for a port of such an address; undefined if they can. */
function hostFault(address: Uint8Array, text: string): string | undefined {
	const [first = 0, second = 0] = address;
	if (address.length === 4) {
		if (first === 0) return "means 'this network' and is nobody's";
		return first >= 224 ? "is multicast or broadcast, no address of the host" : undefined;
	}
	if (text === "::1")
		return "cannot be published: the kernel lets no packet from or to ::1 leave the loopback interface, whatever translates it; 127.0.0.1 can be";
	if (isIPv4Mapped(address)) return "is an IPv4 address written as IPv6: write it as IPv4";
	if (first === 0xfe && (second & 0xc0) === 0x80)
		return "is link-local: each interface has its own, and it says not which";
	return first === 0xff ? "is multicast, no address of the host" : undefined;
}

const rangeText = ({ first, last }: PortRange): string =>
	first === last ? `${first}` : `${first}-${last}`;

const ANY = { 4: "0.0.0.0:", 6: "[::]:" } as const;

function formatPublish({ host, family, protocol, ports, guestPorts }: Omit<Publish, "text">) {
	const address = family === 6 ? `[${host}]:` : `${host}:`;
	const where = host === undefined ? (family === undefined ? "" : ANY[family]) : address;
	return `${where}${rangeText(ports)}:${rangeText(guestPorts)}/${protocol}`;
}

/** How many ports of the host it takes. */
export const widthOf = ({ ports: { first, last } }: Publish): number => last - first + 1;

/** Whether it includes addresses of this family. */
export const isOf = ({ family: only }: Publish, family: Family): boolean =>
	only === undefined || only === family;
