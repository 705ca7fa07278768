import { type Cidr, formatAddress, sameAddress } from "../inet/cidr.js";
import { type Accounts, accountId } from "./accounts.js";
import { type Egress, EgressError, elementsOf, parseEgress } from "./egress.js";
import type { Fields, Format, Given, GivenOf, ValueOf } from "./field.js";
import { limitFields } from "./fields.js";
import { parseBareAddress, parseHost } from "./hosts.js";
import type { Issues } from "./issues.js";
import { parseMac } from "./mac.js";
import { checkInterfaceName } from "./names.js";
import { type Publish, PublishError, parsePublish } from "./publish.js";
import { parseRate, RateError } from "./rate.js";
import { fieldsOf } from "./schema.js";
import { type Path, quote } from "./tree.js";

/** A value, and where the user wrote it. */
export interface Placed<T> {
	readonly value: T;
	readonly path: Path;
}

/** What is needed to read values. */
export interface ReadContext {
	readonly accounts: Accounts;
	readonly issues: Issues;
}

type ReadOf<F extends Pick<Format, "is">> = F["is"] extends "hosts" | "addresses"
	? readonly Placed<Cidr>[]
	: F["is"] extends "ports"
		? readonly Placed<Publish>[]
		: F["is"] extends "egress"
			? readonly Placed<Egress>[]
			: ValueOf<F>;

/** Fields whose values are valid. One that is undefined was not given, or there is an issue about it. */
export type Read<T extends Fields> = {
	readonly [K in keyof T]:
		| ReadOf<T[K][0]>
		| (T[K][0] extends { readonly otherwise: unknown } ? never : undefined);
};

type Rest = [path: Path, context: ReadContext, format: Format];
type Reader<Is extends Format["is"]> = (
	given: GivenOf<{ is: Is }>,
	...rest: Rest
) => ReadOf<{ is: Is }> | undefined;

const readers: { readonly [Is in Format["is"]]: Reader<Is> } = {
	user: (account, path, { accounts, issues }) => accountId(account, "user", accounts, path, issues),
	group: (account, path, { accounts, issues }) =>
		accountId(account, "group", accounts, path, issues),
	number: readNumber,
	toggle: (value) => value,
	text: (value) => value,
	// The schema has checked the words.
	word: (value) => value,
	link(name, path, { issues }) {
		checkInterfaceName(name, path, issues);
		// An invalid name is returned as well: otherwise references to it would seem to lead nowhere.
		return name;
	},
	mac: (value, path, { issues }) => parseMac(value, path, issues),
	addresses: readAddresses,
	hosts: readHosts,
	ports: readPublished,
	rate: readRate,
	limits: (given, path, context) => readLimits({ ...NO_LIMITS, ...given }, path, context),
	egress: readEgress,
	names: (list) => list.flatMap((name) => name ?? []),
};

/** Read the values of a message's fields, each on its own. Issues are in the order of the schema. */
export function readerOf<T extends Fields>(
	message: string,
	fields: T,
): (given: Given<T>, path: Path, context: ReadContext) => Read<T> {
	const lines = [...fieldsOf(message).keys()].flatMap((name) => {
		const [format] = fields[name] ?? [];
		return format === undefined ? [] : [{ name, format }];
	});
	return (given, path, context) => {
		const values: Record<string, unknown> = {};
		for (const { name, format } of lines)
			values[name] =
				given[name] === undefined
					? readAbsent(format, path, name, context)
					: readGiven(format, given[name], [...path, name], context);
		return values as Read<T>;
	};
}

function readAbsent(format: Format, path: Path, name: string, { issues }: ReadContext): unknown {
	if (format.needed !== undefined) issues.addMissing([...path, name], "is missing", format.needed);
	return format.otherwise;
}

function readGiven(format: Format, given: unknown, path: Path, context: ReadContext): unknown {
	// A field that is not supported must not be accepted and then ignored.
	if (format.planned && given !== false && !isEmpty(given))
		context.issues.add(path, "is not implemented yet: this version cannot do it", "leave it out");
	// The schema has made sure that the value has the type that this format reads.
	const read = readers[format.is] as (given: unknown, ...rest: Rest) => unknown;
	return read(given, path, context, format);
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function readNumber(
	value: number,
	path: Path,
	{ issues }: ReadContext,
	{ least = 0, most = Number.POSITIVE_INFINITY }: Format,
): number | undefined {
	if (value >= least && value <= most) return value;
	issues.add(path, `is ${value}, must be ${least} to ${most}`);
	return undefined;
}

/** Every guest is compared with every address of its host, so this list must not grow with the number of guests. */
const MAX_ADDRESSES = 64;

function readHosts(
	texts: readonly (string | undefined)[],
	path: Path,
	{ issues }: ReadContext,
	{ linkLocal }: Format,
): readonly Placed<Cidr>[] {
	if (texts.length > MAX_ADDRESSES)
		issues.add(path, `are ${texts.length} addresses; ${MAX_ADDRESSES} at most`);
	const placed: Placed<Cidr>[] = [];
	for (const [i, text] of texts.slice(0, MAX_ADDRESSES).entries()) {
		if (text === undefined) continue;
		const value = parseHost(text, [...path, i], issues, linkLocal);
		if (value === undefined) continue;
		if (placed.some((other) => sameAddress(other.value.address, value.address)))
			issues.add([...path, i], `${value.text} is given twice`);
		else placed.push({ value, path: [...path, i] });
	}
	return placed;
}

/** Read at most one address of each family, each as a subnet with one address. */
function readAddresses(
	given: string | readonly (string | undefined)[],
	path: Path,
	{ issues }: ReadContext,
): readonly Placed<Cidr>[] {
	const texts = typeof given === "string" ? [given] : given;
	const placed: Placed<Cidr>[] = [];
	for (const [i, text] of texts.entries()) {
		if (text === undefined) continue;
		const at = texts === given ? [...path, i] : path;
		const value = parseBareAddress(text, at, issues);
		if (value === undefined) continue;
		const first = placed.find((other) => other.value.family === value.family);
		if (first === undefined) placed.push({ value, path: at });
		else
			issues.add(
				at,
				`${formatAddress(value.address)} is a second one of IPv${value.family}, after ${formatAddress(first.value.address)}: one of each family at most`,
			);
	}
	return placed;
}

function readPublished(
	texts: readonly (string | undefined)[],
	path: Path,
	{ issues }: ReadContext,
): readonly Placed<Publish>[] {
	return texts.flatMap((text, i) => {
		if (text === undefined) return [];
		const at = [...path, i];
		try {
			return [{ value: parsePublish(text), path: at }];
		} catch (error) {
			if (!(error instanceof PublishError)) throw error;
			issues.add(at, `${quote(text)}: ${error.message}`, error.hint);
			return [];
		}
	});
}

function readRate(text: string, path: Path, { issues }: ReadContext): string | undefined {
	try {
		parseRate(text);
		return text;
	} catch (error) {
		if (!(error instanceof RateError)) throw error;
		issues.add(path, `${quote(text)} ${error.message}`, error.hint);
		return undefined;
	}
}

const NO_LIMITS = { download: undefined, upload: undefined, connections: undefined };
const readLimits = readerOf("Limits", limitFields);

/** The limit for one list: each is an element of a set in the kernel, for each guest that has a list of its own. */
const MAX_EGRESS = 4096;

function readEgress(
	given: string | readonly (string | undefined)[],
	path: Path,
	{ issues }: ReadContext,
): readonly Placed<Egress>[] | undefined {
	const texts = typeof given === "string" ? [given] : given;
	const placed = texts.flatMap((text, i): Placed<Egress>[] => {
		if (text === undefined) return [];
		const at = texts === given ? [...path, i] : path;
		try {
			return [{ value: parseEgress(text), path: at }];
		} catch (error) {
			if (!(error instanceof EgressError)) throw error;
			issues.add(at, `${quote(text)}: ${error.message}`, error.hint);
			return [];
		}
	});
	const preset = placed.find(({ value }) => "preset" in value);
	if (preset !== undefined && texts.length > 1)
		issues.add(preset.path, `${preset.value.text} stands alone, not in a list with others`);
	const count = placed.reduce(
		(sum, { value }) => sum + ("preset" in value ? 0 : elementsOf(value)),
		0,
	);
	if (count > MAX_EGRESS)
		issues.add(
			path,
			`would be ${count} elements of sets, ${MAX_EGRESS} at most`,
			"larger subnets, or fewer ports",
		);
	return placed.length > 0 ? placed : undefined;
}
