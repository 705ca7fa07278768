import type { In } from "../../netlink/schema.js";
import type { setAttrs } from "../../uapi/nf_tables.js";
import { NFT_DATA_VERDICT, NFT_SET_CONSTANT, NFT_SET_OBJECT } from "../../uapi/nf_tables_const.js";
import { integer, verdict } from "../fact/datatype.js";
import { SET, text, u32 } from "../fact/userdata.js";
import { byteLength, concatBytes } from "../fact/value.js";
import type { Node, SetDeclaration } from "../tree/node.js";
import { isDataMap } from "../tree/set.js";
import { statefulExpr } from "../tree/stateful.js";
import { isPlainType, typeofRecord } from "../tree/typeof.js";

const typeId = ({ datatype }: Node): number =>
	datatype === verdict ? NFT_DATA_VERDICT : datatype.id;
/** The values of enum byteorder in nft. */
const orderId = ({ order }: Node): number => (order === "host" ? 1 : order === "big" ? 2 : 0);

const isOfIntegers = ({ datatype }: Node): boolean =>
	(datatype.fields ?? [datatype]).every(({ id }) => id === integer.id);

/**
 * The records that describe by which expressions key and data are declared. A verdict is an expression itself. nft 1.1
 * also describes a plain type that stands beside an expression, but the nft 1.0.6 of Debian 12 crashes on that.
 */
function described({ key, data }: SetDeclaration): Uint8Array[] {
	const isTypeof = !isPlainType(key);
	const records = isTypeof ? [typeofRecord(SET.KEY_TYPEOF, key)] : [];
	if (data === undefined) return records;
	// Without this record nft 1.0.6 names the types of the key, and crashes if no type with a name has the right width.
	if (isTypeof && data.datatype === verdict && isOfIntegers(key))
		records.push(typeofRecord(SET.DATA_TYPEOF, { ...data, kind: "verdict", code: 0 } as Node));
	else if (!isPlainType(data)) records.push(typeofRecord(SET.DATA_TYPEOF, data));
	return records;
}

function userdata(set: SetDeclaration): Uint8Array {
	const { key, data } = set;
	return concatBytes(
		u32(SET.KEY_BYTEORDER, orderId(key)),
		...(isDataMap(set) && data !== undefined ? [u32(SET.DATA_BYTEORDER, orderId(data))] : []),
		...(set.automerge ? [u32(SET.MERGE_ELEMENTS, 1)] : []),
		...described(set),
		...(data === undefined ? [] : [u32(SET.DATA_INTERVAL, set.dataIsInterval ? 1 : 0)]),
		...(set.comment === undefined ? [] : [text(SET.COMMENT, set.comment)]),
	);
}

function statementAttrs({ statements }: SetDeclaration): In<typeof setAttrs> {
	const exprs = statements.map(statefulExpr);
	const [only, second] = exprs;
	if (second !== undefined) return { NFTA_SET_EXPRESSIONS: exprs };
	return only === undefined ? {} : { NFTA_SET_EXPR: only };
}

/** The attributes of NFT_MSG_NEWSET. */
export function encodeSet(set: SetDeclaration): In<typeof setAttrs> {
	const { key, data, flags, fields } = set;
	const fixed = (flags & NFT_SET_CONSTANT) !== 0;
	const size = fixed ? undefined : set.size;
	return {
		NFTA_SET_TABLE: set.table,
		NFTA_SET_NAME: set.name,
		NFTA_SET_FLAGS: flags,
		NFTA_SET_KEY_TYPE: typeId(key),
		NFTA_SET_KEY_LEN: byteLength(key.bits),
		...(isDataMap(set) &&
			data !== undefined && {
				NFTA_SET_DATA_TYPE: typeId(data),
				NFTA_SET_DATA_LEN: byteLength(data.bits),
			}),
		NFTA_SET_OBJ_TYPE: (flags & NFT_SET_OBJECT) === 0 ? undefined : set.objectType,
		NFTA_SET_ID: set.id,
		NFTA_SET_TIMEOUT: set.timeout,
		NFTA_SET_GC_INTERVAL: set.gcInterval,
		NFTA_SET_POLICY: fixed ? undefined : set.policy || undefined,
		...((size !== undefined || fields.length > 0) && {
			NFTA_SET_DESC: {
				NFTA_SET_DESC_SIZE: size,
				...(fields.length > 0 && {
					NFTA_SET_DESC_CONCAT: fields.map((bytes) => ({ NFTA_SET_FIELD_LEN: bytes })),
				}),
			},
		}),
		NFTA_SET_USERDATA: userdata(set),
		...statementAttrs(set),
	};
}
