import * as netfilter from "../../uapi/netfilter.js";
import {
	NFT_LOGLEVEL_ALERT,
	NFT_LOGLEVEL_AUDIT,
	NFT_LOGLEVEL_CRIT,
	NFT_LOGLEVEL_DEBUG,
	NFT_LOGLEVEL_EMERG,
	NFT_LOGLEVEL_ERR,
	NFT_LOGLEVEL_INFO,
	NFT_LOGLEVEL_NOTICE,
	NFT_LOGLEVEL_WARNING,
} from "../../uapi/nf_tables_const.js";
import { flagNames, nameOf } from "../fact/name.js";
import type { Cursor } from "../json/cursor.js";
import type { LogFlagJson, LogJson, LogLevelJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { DataOf } from "../tree/emitter.js";
import type { Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";
import type { ReadData } from "../tree/reading.js";

const levels = {
	emerg: NFT_LOGLEVEL_EMERG,
	alert: NFT_LOGLEVEL_ALERT,
	crit: NFT_LOGLEVEL_CRIT,
	err: NFT_LOGLEVEL_ERR,
	warn: NFT_LOGLEVEL_WARNING,
	notice: NFT_LOGLEVEL_NOTICE,
	info: NFT_LOGLEVEL_INFO,
	debug: NFT_LOGLEVEL_DEBUG,
	audit: NFT_LOGLEVEL_AUDIT,
} as const satisfies Record<LogLevelJson, number>;
const flags = {
	"tcp sequence": netfilter.NF_LOG_TCPSEQ,
	"tcp options": netfilter.NF_LOG_TCPOPT,
	"ip options": netfilter.NF_LOG_IPOPT,
	skuid: netfilter.NF_LOG_UID,
	ether: netfilter.NF_LOG_MACDECODE,
	all: netfilter.NF_LOG_MASK,
} as const satisfies Record<LogFlagJson, number>;

function parseLog(at: Cursor): Statement {
	const data = at.isNull ? {} : attributes(at);
	return {
		name: "log",
		path: at.path,
		evaluate() {},
		emit: (emitter) => emitter.add("log", data),
	};
}

function attributes(at: Cursor): DataOf<"log"> {
	const json = at.fields([], ["prefix", "group", "snaplen", "queue-threshold", "level", "flags"]);
	const prefix = json.prefix?.string();
	if (
		prefix === "" ||
		(prefix !== undefined && Buffer.byteLength(prefix) >= netfilter.NF_LOG_PREFIXLEN)
	)
		throw at.fail(`a prefix has 1 to ${netfilter.NF_LOG_PREFIXLEN - 1} bytes`);
	const toGroup = json.group ?? json.snaplen ?? json["queue-threshold"];
	if (toGroup !== undefined && (json.level ?? json.flags) !== undefined)
		throw at.fail("a log to a group has neither level nor flags");
	const level = json.level?.oneOf(levels);
	if (level === NFT_LOGLEVEL_AUDIT && Object.keys(json).length > 1)
		throw at.fail("the level audit takes no further options");
	const common = { NFTA_LOG_PREFIX: prefix };
	if (json.group === undefined)
		return { ...common, NFTA_LOG_LEVEL: level, NFTA_LOG_FLAGS: json.flags?.flags(flags) };
	return {
		...common,
		NFTA_LOG_GROUP: json.group.u16(),
		NFTA_LOG_SNAPLEN: json.snaplen?.u32(),
		NFTA_LOG_QTHRESHOLD: json["queue-threshold"]?.u16(),
	};
}

const listLog = (data: ReadData<"log">): Listed =>
	constantStatement(() => {
		const { NFTA_LOG_LEVEL: level, NFTA_LOG_FLAGS: given = 0 } = data;
		const { all, ...single } = flags;
		const name =
			level === undefined ? undefined : nameOf<keyof typeof levels, number>(levels, level);
		const named: NonNullable<LogJson["log"]> = {
			...(data.NFTA_LOG_PREFIX !== undefined && { prefix: data.NFTA_LOG_PREFIX }),
			...(data.NFTA_LOG_GROUP !== undefined && { group: data.NFTA_LOG_GROUP }),
			...(data.NFTA_LOG_SNAPLEN !== undefined && { snaplen: data.NFTA_LOG_SNAPLEN }),
			...(data.NFTA_LOG_QTHRESHOLD !== undefined && {
				"queue-threshold": data.NFTA_LOG_QTHRESHOLD,
			}),
			...(level !== levels.warn && name && { level: name }),
			...((given & all) === all ? { flags: ["all" as const] } : flagNames(single, given)),
		};
		return { log: Object.keys(named).length === 0 ? null : named };
	});

/** Logs the packet to the kernel's log, or to the programs that listen to a group. */
export const log: StatementDefinition = {
	parse: { log: parseLog },
	list: { log: listLog },
};
