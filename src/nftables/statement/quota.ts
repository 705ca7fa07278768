import { NFT_QUOTA_F_INV } from "../../uapi/nf_tables_const.js";
import { NFT_OBJECT_QUOTA } from "../../uapi/nf_tables_obj.js";
import type { Cursor } from "../json/cursor.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData } from "../tree/reading.js";
import { objectReference } from "./objref.js";
import { inBytes, inUnit, statefulStatement } from "./stateful.js";

function parseQuota(at: Cursor, parser: Parser): Statement {
	if (!at.has("val")) return objectReference("quota", NFT_OBJECT_QUOTA, at, parser);
	const json = at.fields(["val"], ["val_unit", "used", "used_unit", "inv"]);
	return statefulStatement("quota", at, {
		NFTA_EXPR_NAME: "quota",
		NFTA_EXPR_DATA: {
			NFTA_QUOTA_BYTES: inBytes(json.val, json.val_unit),
			NFTA_QUOTA_CONSUMED: json.used === undefined ? 0n : inBytes(json.used, json.used_unit),
			NFTA_QUOTA_FLAGS: json.inv?.boolean() === true ? NFT_QUOTA_F_INV : 0,
		},
	});
}

const listQuota = (data: ReadData<"quota">): Listed =>
	constantStatement(({ stateless }) => {
		const [val, val_unit] = inUnit(data.NFTA_QUOTA_BYTES ?? 0n);
		const [used, used_unit] = inUnit(data.NFTA_QUOTA_CONSUMED ?? 0n);
		const inverted = ((data.NFTA_QUOTA_FLAGS ?? 0) & NFT_QUOTA_F_INV) !== 0;
		return {
			quota: {
				val,
				val_unit,
				...(inverted && { inv: true }),
				...(!stateless && used !== 0 && { used, used_unit }),
			},
		};
	});

/** Matches until a number of bytes has passed; with `inv`, from then on. */
export const quota: StatementDefinition = {
	parse: { quota: parseQuota },
	stateful: { quota: listQuota },
};
