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

/** Exports that show one C struct twice, each with another arm of its union. */
const arms: Readonly<Record<string, string>> = { ifreq_ifindex: "ifreq" };
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
		if (isCodec(value) && value.kind === "struct") structs.set(value.parts, arms[name] ?? name);
	const out: Fact[] = [];
	const seen = new Set<AnyCodec>();

	const struct = (codec: AnyCodec, path: string): void => {
		const name = structs.get(codec.parts);
		if (name === undefined) throw new Error(`${path}: a struct that is not exported by name`);
		const add = (member: string, expression: string, value: number) =>
			out.push({ name: `${name}.${member}`, expression, value });
		if (codec.size !== undefined) add("", `sizeof(struct ${name})`, codec.size);
		let offset = 0;
		for (const [member, [, part]] of Object.entries(codec.parts ?? {})) {
			// Padding of ours, or what the compiler pads with, has no name in C.
			if (member !== "__pad") {
				add(member, `offsetof(struct ${name}, ${member})`, offset);
				if (part.size !== undefined)
					add(member, `sizeof(((struct ${name} *)0)->${member})`, part.size);
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
