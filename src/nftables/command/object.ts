import type { In } from "../../netlink/schema.js";
import { IPPROTO_TCP, IPPROTO_UDP } from "../../uapi/in.js";
import { NFT_MSG_DELOBJ, NFT_MSG_DESTROYOBJ, NFT_MSG_NEWOBJ } from "../../uapi/nf_tables.js";
import { NFT_QUOTA_F_INV } from "../../uapi/nf_tables_const.js";
import * as obj from "../../uapi/nf_tables_obj.js";
import { families } from "../fact/family.js";
import { type ObjectName, objectTypes } from "../fact/object.js";
import { tcpTimeouts, udpTimeouts } from "../fact/timeout.js";
import type { Cursor } from "../json/cursor.js";
import { rateAttrs } from "../statement/limit.js";
import { synproxyAttrs } from "../statement/synproxy.js";
import {
	batchMessage,
	type CommandParser,
	createFlags,
	header,
	parseHandle,
	parseName,
} from "./command.js";
import { commentRecord } from "./comment.js";

const required = ["family", "table"] as const;
const common = ["name", "handle", "comment"] as const;
type Attrs = In<typeof obj.objAttrs>;
const protocols = { tcp: IPPROTO_TCP, udp: IPPROTO_UDP } as const;

function timeouts(
	at: Cursor | undefined,
	table: Readonly<Record<string, readonly [name: string, seconds: number]>>,
): Record<string, number> {
	const given: Partial<Record<string, Cursor>> = at?.fields([], Object.keys(table)) ?? {};
	return Object.fromEntries(
		Object.entries(table).map(([key, [name, seconds]]) => [name, given[key]?.u32() ?? seconds]),
	);
}

/** The layer 3 protocol of a conntrack object; 0 means that of the table's family. */
const l3proto = (at: Cursor | undefined): number | undefined => at?.oneOf(families);

const readers: { readonly [N in ObjectName]: (at: Cursor) => Attrs } = {
	counter(at) {
		const json = at.fields(required, [...common, "packets", "bytes"]);
		return {
			NFTA_OBJ_TYPE: obj.NFT_OBJECT_COUNTER,
			NFTA_OBJ_DATA: {
				NFTA_COUNTER_BYTES: json.bytes?.bigint() ?? 0n,
				NFTA_COUNTER_PACKETS: json.packets?.bigint() ?? 0n,
			},
		};
	},
	quota(at) {
		const json = at.fields(required, [...common, "bytes", "used", "inv"]);
		return {
			NFTA_OBJ_TYPE: obj.NFT_OBJECT_QUOTA,
			NFTA_OBJ_DATA: {
				NFTA_QUOTA_BYTES: json.bytes?.bigint() ?? 0n,
				NFTA_QUOTA_CONSUMED: json.used?.bigint() ?? 0n,
				NFTA_QUOTA_FLAGS: json.inv?.boolean() === true ? NFT_QUOTA_F_INV : 0,
			},
		};
	},
	"ct helper"(at) {
		const json = at.fields([...required, "type"], [...common, "protocol", "l3proto"]);
		return {
			NFTA_OBJ_TYPE: obj.NFT_OBJECT_CT_HELPER,
			NFTA_OBJ_DATA: {
				NFTA_CT_HELPER_NAME: json.type.string(),
				NFTA_CT_HELPER_L3PROTO: l3proto(json.l3proto),
				NFTA_CT_HELPER_L4PROTO: json.protocol?.oneOf(protocols) ?? 0,
			},
		};
	},
	"ct timeout"(at) {
		const json = at.fields([...required, "protocol"], [...common, "l3proto", "policy"]);
		const l4proto = json.protocol.oneOf(protocols);
		const shared = { NFTA_CT_TIMEOUT_L3PROTO: l3proto(json.l3proto) };
		return {
			NFTA_OBJ_TYPE: obj.NFT_OBJECT_CT_TIMEOUT,
			NFTA_OBJ_DATA:
				l4proto === protocols.tcp
					? {
							...shared,
							NFTA_CT_TIMEOUT_L4PROTO: l4proto,
							NFTA_CT_TIMEOUT_DATA: timeouts(json.policy, tcpTimeouts),
						}
					: {
							...shared,
							NFTA_CT_TIMEOUT_L4PROTO: l4proto,
							NFTA_CT_TIMEOUT_DATA: timeouts(json.policy, udpTimeouts),
						},
		};
	},
	"ct expectation"(at) {
		const json = at.fields(
			[...required, "protocol", "dport", "timeout", "size"],
			[...common, "l3proto"],
		);
		return {
			NFTA_OBJ_TYPE: obj.NFT_OBJECT_CT_EXPECT,
			NFTA_OBJ_DATA: {
				NFTA_CT_EXPECT_L3PROTO: l3proto(json.l3proto),
				NFTA_CT_EXPECT_L4PROTO: json.protocol.oneOf(protocols),
				NFTA_CT_EXPECT_DPORT: json.dport.u16(),
				NFTA_CT_EXPECT_TIMEOUT: json.timeout.u32(),
				NFTA_CT_EXPECT_SIZE: json.size.u8(),
			},
		};
	},
	limit(at) {
		const data = rateAttrs(at, 0n, [...required, ...common]);
		return {
			NFTA_OBJ_TYPE: obj.NFT_OBJECT_LIMIT,
			NFTA_OBJ_DATA: { ...data, NFTA_LIMIT_BURST: data.NFTA_LIMIT_BURST ?? 0 },
		};
	},
	secmark(at) {
		const json = at.fields(required, [...common, "context"]);
		return {
			NFTA_OBJ_TYPE: obj.NFT_OBJECT_SECMARK,
			NFTA_OBJ_DATA: { NFTA_SECMARK_CTX: json.context?.string() ?? "" },
		};
	},
	synproxy(at) {
		const json = at.fields([...required, "mss", "wscale"], [...common, "flags"]);
		return { NFTA_OBJ_TYPE: obj.NFT_OBJECT_SYNPROXY, NFTA_OBJ_DATA: synproxyAttrs(json) };
	},
};

/** Compiles a command about a named object of that type. @throws NftError */
export const compileObject =
	(type: ObjectName): CommandParser =>
	(at, operation, compilation) => {
		const { path } = at;
		const json = at.members([...required, ...common]);
		const { family, table, name } = json;
		if (family === undefined || table === undefined)
			throw at.fail("an object has a family and a table");
		const handle = parseHandle({ family, table });
		const of = { ...header(handle.family), NFTA_OBJ_TABLE: handle.table };
		if (operation === "delete" || operation === "destroy") {
			if (name === undefined && json.handle === undefined)
				throw at.fail("a name or a handle is needed");
			const by =
				name === undefined
					? { NFTA_OBJ_HANDLE: json.handle?.bigint() }
					: { NFTA_OBJ_NAME: parseName(name) };
			const message = operation === "delete" ? NFT_MSG_DELOBJ : NFT_MSG_DESTROYOBJ;
			const value = { ...of, ...by, NFTA_OBJ_TYPE: objectTypes[type] } as Attrs;
			compilation.emit(batchMessage(path, message, 0, value));
			return;
		}
		if (operation !== "add" && operation !== "create") throw at.unsupported(`${operation} ${type}`);
		if (name === undefined) throw at.fail('"name" is missing');
		const value: Attrs = {
			...readers[type](at),
			...of,
			NFTA_OBJ_NAME: parseName(name),
			NFTA_OBJ_USERDATA: commentRecord(json.comment),
		};
		const flags = createFlags(operation);
		compilation.emit(batchMessage(path, NFT_MSG_NEWOBJ, flags, value));
	};
