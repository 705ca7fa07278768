/** The policy file: who besides root may ask the daemon for what. */
import { type Cidr, network as networkOf, parseCidr, sameAddress } from "../inet/cidr.js";
import { type Accounts, accountId, systemAccounts } from "../spec/accounts.js";
import { parseDocument } from "../spec/document.js";
import { Issues } from "../spec/issues.js";
import { suggestion } from "../spec/suggestion.js";
import { describe, type Fields, type Node, type Path } from "../spec/tree.js";
import type { Peer } from "../sys/peer.js";

/** What the members of one rule may ask for. */
export interface Rule {
	readonly name: string;
	readonly users: ReadonlySet<number>;
	readonly groups: ReadonlySet<number>;
	/** What the names of their taps begin with; `{uid}` in it is the id of the user. */
	readonly prefix: string;
	readonly modes: readonly string[];
	/** The interfaces by which traffic may leave. */
	readonly uplinks: readonly string[];
	/** All addresses, of host and guest, are in one of these. */
	readonly addresses: readonly Cidr[];
	/** How many taps each user may have. */
	readonly taps: number;
	/** How many connections to the daemon each user may have. */
	readonly connections: number;
}

/** The first rule that somebody is a member of is theirs. */
export interface Policy {
	readonly rules: readonly Rule[];
}

/** Nobody but root. */
export const ONLY_ROOT: Policy = { rules: [] };

const MODES = ["nat", "routed", "host-only"];
const KEYS = [
	"users",
	"groups",
	"prefix",
	"modes",
	"uplinks",
	"addresses",
	"taps",
	"connections",
] as const;
type Key = (typeof KEYS)[number];
const USUAL_TAPS = 8;
const USUAL_CONNECTIONS = 8;
const MOST = 10_000;
/** With an id of ten digits in it, a name still has room for one digit of its own. */
const PREFIX = /^(?![-.])(?:[A-Za-z0-9_.-]|\{uid\})+$/;
const UID = "{uid}";
const MOST_PREFIX = 14;

/** The rule that is for a peer; undefined where none is. */
export const ruleFor = ({ rules }: Policy, { uid, gid, groups }: Peer): Rule | undefined =>
	rules.find((rule) => rule.users.has(uid) || [gid, ...groups].some((one) => rule.groups.has(one)));

/** What the names of the taps of a user begin with. */
export const prefixOf = ({ prefix }: Rule, uid: number): string =>
	prefix.replaceAll(UID, String(uid));

/** The policy in a text, YAML or JSON. @throws SpecError with every issue, each with its line and column */
export function parsePolicy(
	text: string,
	source: string,
	accounts: Accounts = systemAccounts(),
): Policy {
	const issues = new Issues();
	const document = parseDocument(text, source, issues);
	const rules =
		document.root === undefined ? [] : new Reader(accounts, issues).policy(document.root);
	issues.throwIfAny(document.root, source, document.text);
	return { rules };
}

class Reader {
	readonly #accounts: Accounts;
	readonly #issues: Issues;

	constructor(accounts: Accounts, issues: Issues) {
		this.#accounts = accounts;
		this.#issues = issues;
	}

	policy(root: Node): Rule[] {
		const top = this.#map(root, [], ["version", "rules"]);
		const version = top?.get("version");
		if (version === undefined) this.#issues.add([], "has no version", "version: 1");
		else if (version.kind !== "scalar" || version.value !== 1)
			this.#issues.add(["version"], `is ${describe(version)}, must be 1`);
		const rules = top?.get("rules");
		if (rules === undefined) return [];
		const named = this.#map(rules, ["rules"]);
		return [...(named ?? [])].flatMap(([name, node]) => this.#rule(name, node) ?? []);
	}

	#rule(name: string, node: Node): Rule | undefined {
		const path = ["rules", name];
		const fields = this.#map(node, path, KEYS) as ReadonlyMap<Key, Node> | undefined;
		if (fields === undefined) return undefined;
		const at = (key: Key): Path => [...path, key];
		const list = (key: Key) => this.#list(fields.get(key), at(key));
		const [givenUsers, givenGroups] = [list("users"), list("groups")];
		const users = this.#ids(givenUsers, "user", at("users"));
		const groups = this.#ids(givenGroups, "group", at("groups"));
		if (givenUsers.length + givenGroups.length === 0)
			this.#issues.addMissing(path, "is for nobody: neither users nor groups are named");
		const prefix = this.#prefix(
			fields.get("prefix"),
			at("prefix"),
			groups.size > 0 || users.size > 1,
		);
		const addresses = this.#cidrs(list("addresses"), at("addresses"));
		const modes = fields.has("modes")
			? this.#words(list("modes"), at("modes"), MODES)
			: ["nat", "host-only"];
		const uplinks = this.#words(list("uplinks"), at("uplinks"));
		const taps = this.#number(fields.get("taps"), at("taps"), USUAL_TAPS);
		const connections = this.#number(
			fields.get("connections"),
			at("connections"),
			USUAL_CONNECTIONS,
		);
		return { name, users, groups, prefix, modes, uplinks, addresses, taps, connections };
	}

	#map(node: Node, path: Path, known?: readonly string[]): ReadonlyMap<string, Node> | undefined {
		if (node.kind !== "fields") {
			this.#issues.add(path, `is ${describe(node)}, must be a map`);
			return undefined;
		}
		const found = new Map<string, Node>();
		for (const [key, { node: value }] of (node satisfies Fields).entries) {
			if (known === undefined || known.includes(key)) found.set(key, value);
			else this.#issues.add([...path, key], "is no field of a policy", suggestion(key, known));
		}
		return found;
	}

	/** Numbers as well as texts. */
	#list(node: Node | undefined, path: Path): readonly (string | number)[] {
		if (node === undefined) return [];
		if (node.kind !== "list") {
			this.#issues.add(path, `is ${describe(node)}, must be a list`);
			return [];
		}
		return node.items.flatMap((item, i) => {
			const value = item.kind === "scalar" ? item.value : undefined;
			if (typeof value === "string" || typeof value === "number") return [value];
			this.#issues.add([...path, i], `is ${describe(item)}, must be a text`);
			return [];
		});
	}

	#ids(given: readonly (string | number)[], kind: keyof Accounts, path: Path): ReadonlySet<number> {
		const ids = given.map((one, i) =>
			accountId(one, kind, this.#accounts, [...path, i], this.#issues),
		);
		return new Set(ids.filter((id) => id !== undefined));
	}

	/** Where a rule is for several, the names of one's taps must not be those of another's. */
	#prefix(node: Node | undefined, path: Path, isForSeveral: boolean): string {
		const value = node?.kind === "scalar" ? node.value : undefined;
		if (node === undefined)
			this.#issues.add(path, "is missing", 'what their taps are called: "vm{uid}-"');
		else if (typeof value !== "string" || !PREFIX.test(value))
			this.#issues.add(
				path,
				`is ${describe(node)}, must be the beginning of the name of an interface`,
			);
		else if (value.replaceAll(UID, "").length + (value.includes(UID) ? 5 : 0) > MOST_PREFIX)
			this.#issues.add(path, "leaves no room: the name of an interface has 15 characters at most");
		else if (isForSeveral && !value.includes(UID))
			this.#issues.add(path, "is the same for several users", 'let {uid} stand in it: "vm{uid}-"');
		else return value;
		return "";
	}

	#cidrs(given: readonly (string | number)[], path: Path): readonly Cidr[] {
		if (given.length === 0)
			this.#issues.addMissing(path, "is missing", "addresses: [10.90.0.0/16]");
		return given.flatMap((text, i) => {
			try {
				const cidr = parseCidr(String(text));
				if (sameAddress(networkOf(cidr), cidr.address)) return [cidr];
				this.#issues.add([...path, i], "is an address, must be a range of them: 10.90.0.0/16");
			} catch (error) {
				this.#issues.add([...path, i], (error as Error).message);
			}
			return [];
		});
	}

	#words(
		given: readonly (string | number)[],
		path: Path,
		known?: readonly string[],
	): readonly string[] {
		return given.map(String).filter((word, i) => {
			if (known === undefined || known.includes(word)) return true;
			this.#issues.add([...path, i], `is none of ${known.join(", ")}`, suggestion(word, known));
			return false;
		});
	}

	#number(node: Node | undefined, path: Path, otherwise: number): number {
		if (node === undefined) return otherwise;
		const value = node.kind === "scalar" ? node.value : undefined;
		if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST)
			return value as number;
		this.#issues.add(path, `is ${describe(node)}, must be a number, 0 to ${MOST}`);
		return otherwise;
	}
}
