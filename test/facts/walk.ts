import { Writer } from "../../src/netlink/bytes.js";
import type { AnyCodec, AnyMessage, Parts } from "../../src/netlink/schema.js";

/** Something a table claims and a header can confirm: a C expression and its value. */
export interface Fact {
	/** The name in the headers: of a constant, an attribute, or `struct.member`. */
	readonly name: string;
	readonly expression: string;
	readonly value: number;
}
export type Tables = Readonly<Record<string, unknown>>;

const isCodec = (value: unknown): value is AnyCodec =>
	typeof value === "object" && value !== null && "kind" in value && "read" in value;
const isMessage = (value: unknown): value is AnyMessage =>
	typeof value === "object" && value !== null && "header" in value && "set" in value;

/** How an export shows the struct of its name, where it is not whole, or where C has another name for it. */
interface View {
	/** The type in C. */
	readonly c?: string;
	/** How many bytes of the struct stand before what is shown: a header that is a table of its own. */
	readonly from?: number;
	/** A union that is a table of its own stands behind. */
	readonly part?: true;
}
const un = (arm: string): View => ({ c: `typeof(((struct icmphdr *)0)->un.${arm})` });
const views: Readonly<Record<string, View>> = {
	ifreq_ifindex: { c: "struct ifreq" },
	ifreq_mtu: { c: "struct ifreq" },
	icmphdr: { part: true },
	icmp_echo: un("echo"),
	icmp_frag: un("frag"),
	icmp6hdr: { part: true },
	nd_router_solicit: { from: 4 },
	nd_router_advert: { from: 4 },
	nd_neighbor_solicit: { from: 4 },
	nd_neighbor_advert: { from: 4 },
	nd_redirect: { from: 4 },
	nd_opt_prefix_info: { from: 2 },
	nd_opt_rd_hdr: { from: 2 },
	nd_opt_mtu: { from: 2 },
	nd_opt_rdnss: { from: 2 },
	nd_opt_dnssl: { from: 2 },
};
/** Members that have no name in C. */
const unnamed: ReadonlySet<string> = new Set([
	"__pad",
	"packet",
	"nd_opt_rdnss_addresses",
	"nd_opt_dnssl_domains",
]);
/** Netfilter message types are numbered inside their subsystem (nlmsg_type >> 8). */
const subsystems: Readonly<Record<string, string>> = {
	IPCTNL_MSG_: "NFNL_SUBSYS_CTNETLINK",
	NFT_MSG_: "NFNL_SUBSYS_NFTABLES",
};

/** Every fact in the tables: constants, message types, attribute numbers, struct sizes and members. */
export function facts(tables: Tables): Fact[] {
	// By its parts: `many` and `asymmetric` wrap a struct and keep them.
	const structs = new Map<Parts | undefined, string>();
	for (const [name, value] of Object.entries(tables))
		if (isCodec(value) && value.kind === "struct") structs.set(value.parts, name);
	const out: Fact[] = [];
	const seen = new Set<AnyCodec>();

	const struct = (codec: AnyCodec, path: string): void => {
		const name = structs.get(codec.parts);
		if (name === undefined) throw new Error(`${path}: a struct that is not exported by name`);
		const { c = `struct ${name}`, from = 0, part: isPart } = views[name] ?? {};
		const add = (member: string, expression: string, value: number) =>
			out.push({ name: `${name}.${member}`, expression, value });
		if (codec.size !== undefined && !isPart) add("", `sizeof(${c})`, from + codec.size);
		let offset = from;
		for (const [member, [, part]] of Object.entries(codec.parts ?? {})) {
			// Of a bit-field C knows no place; padding of ours, what the compiler pads with and what fills the rest
			// of an option have no name.
			if (!unnamed.has(member) && part.kind !== "bit-field") {
				add(member, `offsetof(${c}, ${member})`, offset);
				if (part.size !== undefined) add(member, `sizeof(((${c} *)0)->${member})`, part.size);
			}
			offset += part.size ?? 0;
		}
	};
	const codec = (value: AnyCodec, path: string): void => {
		if (seen.has(value)) return;
		seen.add(value);
		if (value.kind === "struct") struct(value, path);
		// A space that gives two attributes one number is refused when it is first used.
		if (value.kind === "nest") value.write(new Writer(), {});
		for (const [name, [type, part]] of Object.entries(value.parts ?? {})) {
			// `IFLA_INFO_DATA(bridge)`: one attribute with a schema per kind
			const plain = name.replace(/\(.*\)$/, "");
			if (type >= 0) out.push({ name: plain, expression: plain, value: type });
			codec(part, `${path}.${name}`);
		}
	};
	for (const [name, value] of Object.entries(tables)) {
		if (typeof value === "number") out.push({ name, expression: name, value });
		else if (isMessage(value)) {
			out.push(messageType(value));
			codec(value.header, name);
			codec(value.set, name);
		} else if (isCodec(value)) codec(value, name);
	}
	return out;
}

function messageType({ name, type }: AnyMessage): Fact {
	const prefix = Object.keys(subsystems).find((start) => name.startsWith(start));
	const expression = prefix === undefined ? name : `(${subsystems[prefix]} << 8 | ${name})`;
	return { name, expression, value: type };
}
