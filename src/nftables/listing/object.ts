import type { Out } from "../../netlink/schema.js";
import { IPPROTO_UDP } from "../../uapi/in.js";
import { NFT_QUOTA_F_INV } from "../../uapi/nf_tables_const.js";
import * as obj from "../../uapi/nf_tables_obj.js";
import type { ConstantJson } from "../fact/format.js";
import type { Host } from "../fact/host.js";
import { familyName, nameOf } from "../fact/name.js";
import { objectTypes } from "../fact/object.js";
import { tcpTimeouts, udpTimeouts } from "../fact/timeout.js";
import { commentOf } from "../fact/userdata.js";
import type { ObjectJson, UnknownObjectJson } from "../json/object.js";
import { rawJson } from "../json/unknown.js";
import { printRate } from "../statement/limit.js";
import { printSynproxy } from "../statement/synproxy.js";
import type { Printer } from "../tree/printer.js";

/** A named object as the kernel sends it. */
export type ObjectAttrs = Out<typeof obj.objAttrs>;

/** The timeouts that differ from nft's defaults. */
function policy(
	data: Readonly<Record<string, number | undefined>>,
	table: Readonly<Record<string, readonly [name: string, seconds: number]>>,
): Record<string, number> | null {
	const changed = Object.entries(table).flatMap(([key, [name, seconds]]) => {
		const value = data[name];
		return value === undefined || value === seconds ? [] : [[key, value] as const];
	});
	return changed.length === 0 ? null : Object.fromEntries(changed);
}

/** Print an object. One of a type that this module does not know is printed with the kernel's attributes. */
export function printObject(
	family: number,
	attrs: ObjectAttrs,
	printer: Printer,
): ObjectJson | UnknownObjectJson {
	const type = nameOf(objectTypes, attrs.NFTA_OBJ_TYPE as 1);
	const common = {
		family: familyName(family),
		name: attrs.NFTA_OBJ_NAME ?? "",
		table: attrs.NFTA_OBJ_TABLE ?? "",
		...(attrs.NFTA_OBJ_HANDLE !== undefined && { handle: Number(attrs.NFTA_OBJ_HANDLE) }),
		...commentOf(attrs.NFTA_OBJ_USERDATA),
	};
	if (type === undefined) {
		const { NFTA_OBJ_TYPE: number = 0, NFTA_OBJ_DATA: data = {} } = attrs;
		return { unknown: { ...common, type: number, data: rawJson(data) } };
	}
	// When an object is deleted, the kernel sends only its name.
	const body = attrs.NFTA_OBJ_DATA && bodyOf(attrs, printer);
	return { [type]: { ...common, ...body } } as unknown as ObjectJson;
}

function bodyOf(attrs: ObjectAttrs, { host }: Printer): object {
	switch (attrs.NFTA_OBJ_TYPE) {
		case obj.NFT_OBJECT_COUNTER: {
			const { NFTA_COUNTER_PACKETS: packets = 0n, NFTA_COUNTER_BYTES: bytes = 0n } =
				attrs.NFTA_OBJ_DATA ?? {};
			return { packets: Number(packets), bytes: Number(bytes) };
		}
		case obj.NFT_OBJECT_QUOTA: {
			const data = attrs.NFTA_OBJ_DATA ?? {};
			return {
				bytes: Number(data.NFTA_QUOTA_BYTES ?? 0n),
				used: Number(data.NFTA_QUOTA_CONSUMED ?? 0n),
				inv: ((data.NFTA_QUOTA_FLAGS ?? 0) & NFT_QUOTA_F_INV) !== 0,
			};
		}
		case obj.NFT_OBJECT_SECMARK:
			return { context: attrs.NFTA_OBJ_DATA?.NFTA_SECMARK_CTX ?? "" };
		case obj.NFT_OBJECT_LIMIT: {
			const { burst, burst_unit, ...rate } = printRate(attrs.NFTA_OBJ_DATA ?? {});
			return { ...rate, ...(burst && { burst, ...(burst_unit && { burst_unit }) }) };
		}
		case obj.NFT_OBJECT_SYNPROXY:
			return printSynproxy(attrs.NFTA_OBJ_DATA ?? {});
		default:
			return conntrackBody(attrs, host);
	}
}

function conntrackBody(attrs: ObjectAttrs, host: Host): object {
	const protocol = (number: number | undefined): ConstantJson =>
		host.name("protocols", number ?? 0) ?? number ?? 0;
	switch (attrs.NFTA_OBJ_TYPE) {
		case obj.NFT_OBJECT_CT_HELPER: {
			const data = attrs.NFTA_OBJ_DATA ?? {};
			return {
				type: data.NFTA_CT_HELPER_NAME ?? "",
				protocol: protocol(data.NFTA_CT_HELPER_L4PROTO),
				l3proto: familyName(data.NFTA_CT_HELPER_L3PROTO),
			};
		}
		case obj.NFT_OBJECT_CT_TIMEOUT: {
			const data = attrs.NFTA_OBJ_DATA ?? {};
			const isUdp = data.NFTA_CT_TIMEOUT_L4PROTO === IPPROTO_UDP;
			const values = data.NFTA_CT_TIMEOUT_DATA as Readonly<Record<string, number>> | undefined;
			return {
				protocol: protocol(data.NFTA_CT_TIMEOUT_L4PROTO),
				l3proto: familyName(data.NFTA_CT_TIMEOUT_L3PROTO),
				policy: policy(values ?? {}, isUdp ? udpTimeouts : tcpTimeouts),
			};
		}
		case obj.NFT_OBJECT_CT_EXPECT: {
			const data = attrs.NFTA_OBJ_DATA ?? {};
			return {
				protocol: protocol(data.NFTA_CT_EXPECT_L4PROTO),
				dport: data.NFTA_CT_EXPECT_DPORT ?? 0,
				timeout: data.NFTA_CT_EXPECT_TIMEOUT ?? 0,
				size: data.NFTA_CT_EXPECT_SIZE ?? 0,
				l3proto: familyName(data.NFTA_CT_EXPECT_L3PROTO),
			};
		}
		default:
			return {};
	}
}
