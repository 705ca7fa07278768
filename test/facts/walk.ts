import { Writer } from "../../src/netlink/bytes.js";
import type { AnyCodec, AnyMessage, Parts } from "../../src/netlink/schema.js";

/** A fact that a header can confirm: a C expression and its value. */
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

/** How an export relates to the C struct of its name, if it is only a part of it or C has another name. */
interface View {
	/** The type in C. */
	readonly c?: string;
	/** How many bytes of the struct precede this part: a header that has a table of its own. */
	readonly from?: number;
	/** Set if a union with a table of its own follows. */
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
/** The types of netfilter messages are numbered within their subsystem (nlmsg_type >> 8). */
const subsystems: Readonly<Record<string, string>> = {
	IPCTNL_MSG_: "NFNL_SUBSYS_CTNETLINK",
	NFT_MSG_: "NFNL_SUBSYS_NFTABLES",
};

/** Every fact in the tables: constants, message types, attribute numbers, sizes and members of structs. */
export function facts(tables: Tables): Fact[] {
	// Structs are recognised by their parts, which `many` and `asymmetric` keep.
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
			// C knows no offset of a bit-field, and padding has no name, whether it is ours, the compiler's or the rest of an
			// option.
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
		// An attribute space in which two attributes have the same number is refused when it is first used.
		if (value.kind === "nest") value.write(new Writer(), {});
		for (const [name, [type, part]] of Object.entries(value.parts ?? {})) {
			// `IFLA_INFO_DATA(bridge)` is one attribute with a schema for each kind.
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
