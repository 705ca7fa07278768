import type { ResourceStatus, StatusReport, TapStatus } from "../../../service/reports.js";
import { count } from "../table.js";

export type NodeKind = "uplink" | "bridge" | "tap" | "guest";

/** A box of the picture: one object, or many similar ones. */
export interface Node {
	readonly id: string;
	readonly kind: NodeKind;
	/** Lines of text; the first one is its name. */
	readonly label: readonly string[];
	/** How many objects the box stands for. */
	readonly many: number;
	/** Its differences from what was applied, in words; empty if there are none. */
	readonly drift: readonly string[];
}

/** A line of the picture. */
export interface Edge {
	readonly from: string;
	readonly to: string;
	/** What happens to packets there: `nat`, `port`. */
	readonly label?: string | undefined;
}

/** A frame of the picture: one network, or many similar ones. */
export interface Cluster {
	readonly label: string;
	/** The ids of the boxes in it. */
	readonly nodes: readonly string[];
	/** Differences of the network that belong to none of its boxes. */
	readonly drift: readonly string[];
}

/** The contents of a picture, without its layout. */
export interface Graph {
	readonly clusters: readonly Cluster[];
	readonly nodes: readonly Node[];
	readonly edges: readonly Edge[];
}

/** Up to this number, the taps of a network and similar networks are drawn one by one; more become one box. */
const DRAWN = 6;

/** The picture of a report: networks, with their uplinks at the left and their guests at the right. */
export function graphOf(report: Pick<StatusReport, "taps" | "resources">): Graph {
	const drawing = new Drawing(driftByPlace(report), publishedPorts(report));
	for (const networks of alike(networksOf(report.taps), drawing.drift)) drawing.add(networks);
	return drawing.graph;
}

/** The taps of one network, with what they have in common. */
interface NetworkTaps {
	readonly name: string;
	readonly first: TapStatus;
	readonly taps: TapStatus[];
}

function networksOf(taps: readonly TapStatus[]): NetworkTaps[] {
	const networks = new Map<string, NetworkTaps>();
	for (const tap of taps) {
		const known = networks.get(tap.network);
		if (known === undefined)
			networks.set(tap.network, { name: tap.network, first: tap, taps: [tap] });
		else known.taps.push(tap);
	}
	return [...networks.values()];
}

/** Networks that are drawn as one: similar ones, if there are many and they do not differ from what was applied. */
function alike(networks: readonly NetworkTaps[], drift: Drift): NetworkTaps[][] {
	const forms = new Map<string, NetworkTaps[]>();
	for (const network of networks) {
		const { first, taps, name } = network;
		const differs =
			drift.has(`network ${name}`) || taps.some((tap) => drift.has(`link ${tap.name}`));
		const isOwn = differs || drift.has(`link ${first.bridge}`);
		const form = [isOwn, first.mode, first.uplink, first.bridge === undefined].join(" ");
		forms.set(form, [...(forms.get(form) ?? []), network]);
	}
	return [...forms].flatMap(([form, all]) =>
		all.length > DRAWN && form.startsWith("false") ? [all] : all.map((one) => [one]),
	);
}

/** The differences, by what they belong to: `link tap0`, or `network lab` if they belong to none of its links. */
type Drift = ReadonlyMap<string, readonly string[]>;

/** The published ports in words, by tap. */
type Published = ReadonlyMap<string, readonly string[]>;

function driftByPlace({ taps, resources }: Pick<StatusReport, "taps" | "resources">): Drift {
	const links = new Set(taps.flatMap(({ name, bridge, uplink }) => [name, bridge, uplink]));
	const networks = new Map(taps.map(({ name, network }) => [name, network]));
	const places = new Map<string, string[]>();
	for (const resource of resources)
		for (const { message } of resource.drift)
			for (const place of placesOf(resource, links, networks))
				places.set(place, [...(places.get(place) ?? []), message]);
	return places;
}

/** A key begins with a kind and, mostly, the name of a link: `address:tap0:10.0.0.1/8`. */
function placesOf(
	{ key, taps }: ResourceStatus,
	links: ReadonlySet<string | undefined>,
	networks: ReadonlyMap<string, string>,
): readonly string[] {
	const [, link = ""] = key.split(":");
	if (links.has(link)) return [`link ${link}`];
	const [only] = taps;
	if (taps.length === 1) return [`link ${only}`];
	return [...new Set(taps.map((tap) => `network ${networks.get(tap)}`))];
}

/** Collects the boxes and lines. */
class Drawing {
	readonly drift: Drift;
	readonly #nodes = new Map<string, Node>();
	readonly #edges: Edge[] = [];
	readonly #clusters: Cluster[] = [];

	readonly #published: Published;

	constructor(drift: Drift, published: Published) {
		this.drift = drift;
		this.#published = published;
	}

	get graph(): Graph {
		return { clusters: this.#clusters, nodes: [...this.#nodes.values()], edges: this.#edges };
	}

	/** Draw one network, or several similar ones as one. */
	add(networks: readonly NetworkTaps[]): void {
		const [{ first, name } = nothing] = networks;
		const inside: string[] = [];
		const uplink = first.uplink === undefined ? undefined : this.#uplink(first.uplink);
		const bridge = this.#bridge(networks, inside);
		if (uplink !== undefined && bridge !== undefined)
			this.#edges.push({ from: uplink, to: bridge, label: wayOf(first) });
		for (const group of grouped(networks, this.drift)) {
			const tap = this.#taps(group, bridge === undefined, inside);
			if (bridge !== undefined) this.#edges.push({ from: bridge, to: tap });
			else if (uplink !== undefined)
				this.#edges.push({ from: uplink, to: tap, label: wayOf(first) });
			if (first.mode !== "parked") this.#guests(group, tap, inside);
		}
		const drift = networks.flatMap((network) => this.drift.get(`network ${network.name}`) ?? []);
		const names = networks.map((network) => network.name);
		const label =
			names.length === 1
				? `${name}: ${outOf(first)}`
				: `${span(names, "network")}: ${wayOf(first)}`;
		this.#clusters.push({ label, nodes: inside, drift });
	}

	#put(
		node: Omit<Node, "drift">,
		inside?: string[],
		drift = this.drift.get(node.id) ?? [],
	): string {
		if (!this.#nodes.has(node.id)) inside?.push(node.id);
		this.#nodes.set(node.id, { ...node, drift });
		return node.id;
	}

	/** The bridge of one network can be the uplink of another, and is then drawn twice. */
	#uplink(name: string): string {
		const drift = this.drift.get(`link ${name}`) ?? [];
		const node = { id: `uplink ${name}`, kind: "uplink", label: [name], many: 1 } as const;
		return this.#put(node, undefined, drift);
	}

	#bridge(networks: readonly NetworkTaps[], inside: string[]): string | undefined {
		const [{ first } = nothing] = networks;
		if (first.bridge === undefined) return undefined;
		const names = [...new Set(networks.map((network) => network.first.bridge ?? ""))];
		const label = names.length === 1 ? [first.bridge, ...first.addresses] : [span(names, "bridge")];
		const id = `link ${first.bridge}`;
		return this.#put({ id, kind: "bridge", label, many: names.length }, inside);
	}

	#taps(group: readonly TapStatus[], hasAddresses: boolean, inside: string[]): string {
		const [tap] = group as readonly [TapStatus];
		const id = `link ${tap.name}`;
		const shown = hasAddresses && group.length === 1 ? tap.addresses : [];
		const label = [
			span(
				group.map(({ name }) => name),
				"tap",
			),
			...shown,
		];
		const drift = group.flatMap(({ name }) => this.drift.get(`link ${name}`) ?? []);
		return this.#put({ id, kind: "tap", label, many: group.length }, inside, drift);
	}

	#publishedBy = ({ name }: TapStatus): readonly string[] => this.#published.get(name) ?? [];

	#guests(group: readonly TapStatus[], tap: string, inside: string[]): void {
		const [first] = group as readonly [TapStatus];
		const id = `guest ${first.name}`;
		const addresses = group
			.map(({ guest }) => guest.addresses[0] ?? "")
			.filter((text) => text !== "");
		const published = group.reduce((sum, one) => sum + this.#publishedBy(one).length, 0);
		const label =
			group.length === 1
				? [
						"guest",
						...first.guest.addresses,
						...(first.guest.mac ? [first.guest.mac] : []),
						...this.#publishedBy(first),
					]
				: [
						count(group.length, "guest"),
						...(addresses.length > 0 ? [range(addresses)] : []),
						...(published > 0 ? [count(published, "published port")] : []),
					];
		this.#put({ id, kind: "guest", label, many: group.length }, inside, []);
		this.#edges.push({ from: tap, to: id });
	}
}

/** Never drawn, because a network has at least one tap. */
const nothing = { name: "", first: {} as TapStatus };

/** How the guests of a network are connected: `nat via eth1`. */
const outOf = ({ mode, uplink }: TapStatus): string =>
	mode === "bridged" || uplink === undefined ? mode : `${mode} via ${uplink}`;

/** How packets get from the uplink to a segment: the mode, or as ports of one bridge. */
const wayOf = ({ mode }: TapStatus): string => (mode === "bridged" ? "port" : mode);

/**
 * The taps of some networks in the groups in which they are drawn: one that differs is drawn alone, many others as one.
 */
function grouped(
	networks: readonly NetworkTaps[],
	drift: Drift,
): readonly (readonly TapStatus[])[] {
	const taps = networks.flatMap((network) => network.taps);
	if (taps.length <= DRAWN) return taps.map((tap) => [tap]);
	const differs = taps.filter(({ name }) => drift.has(`link ${name}`));
	const others = taps.filter(({ name }) => !drift.has(`link ${name}`));
	const more = differs.slice(DRAWN);
	return [others, ...differs.slice(0, DRAWN).map((tap) => [tap]), more].filter(
		({ length }) => length > 0,
	);
}

/** The published ports of each tap, from its report, or else from the keys of the objects that publish them. */
function publishedPorts({ taps, resources }: Pick<StatusReport, "taps" | "resources">): Published {
	const published = new Map<string, string[]>();
	const add = (tap: string, port: string) => {
		published.set(tap, [...(published.get(tap) ?? []), `publishes ${port}`]);
	};
	for (const { kind, key, taps: users } of resources)
		if (kind === "publish") for (const tap of users) add(tap, portOf(key));
	for (const tap of taps) {
		const { publish } = tap as TapStatus & { readonly publish?: unknown };
		if (!Array.isArray(publish)) continue;
		published.delete(tap.name);
		for (const port of publish) add(tap.name, String(port));
	}
	return published;
}

/** `8080/tcp` from `publish:tcp:0.0.0.0:8080`. An address that is not all of the host's is put in front. */
function portOf(key: string): string {
	const [, protocol, host = "", port] = /^publish:(\w+):(.*):(\d+)$/.exec(key) ?? [];
	if (port === undefined) return key;
	const place = host.includes(":") ? `[${host}]` : host;
	return `${["0.0.0.0", "::"].includes(host) ? "" : `${place}:`}${port}/${protocol}`;
}

const range = (all: readonly string[]): string =>
	all.length > 1 ? `${all[0]} … ${all.at(-1)}` : (all[0] ?? "");

/** `tap0`, or `300 taps: vm1 … vm300`. */
const span = (names: readonly string[], noun: string): string =>
	names.length === 1 ? (names[0] ?? "") : `${count(names.length, noun)}: ${range(names)}`;
