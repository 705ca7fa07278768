import type { StatementParser } from "../tree/parser.js";
import { parseCounter } from "./counter.js";
import { parseCtCount } from "./ct-count.js";
import { parseCtExpectation, parseCtHelper, parseCtTimeout, parseSecmark } from "./ct-object.js";
import { parseDup } from "./dup.js";
import { parseFlow } from "./flow.js";
import { parseFwd } from "./fwd.js";
import { parseLast } from "./last.js";
import { parseLimit } from "./limit.js";
import { parseLog } from "./log.js";
import { parseMangle } from "./mangle.js";
import { parseMatch } from "./match.js";
import { parseMeter } from "./meter.js";
import { parseNat } from "./nat.js";
import { parseNotrack } from "./notrack.js";
import { parseQueue } from "./queue.js";
import { parseQuota } from "./quota.js";
import { parseReject } from "./reject.js";
import { parseReset } from "./reset.js";
import { parseMapStatement, parseSetStatement } from "./set.js";
import { parseSynproxy } from "./synproxy.js";
import { parseTproxy } from "./tproxy.js";
import { parseVerdict } from "./verdict.js";
import { parseVmap } from "./vmap.js";

/** Every statement by its name in JSON. */
export const statementParsers: Readonly<Record<string, StatementParser>> = {
	accept: parseVerdict("accept"),
	drop: parseVerdict("drop"),
	continue: parseVerdict("continue"),
	return: parseVerdict("return"),
	jump: parseVerdict("jump"),
	goto: parseVerdict("goto"),
	vmap: parseVmap,
	match: parseMatch,
	counter: parseCounter,
	mangle: parseMangle,
	quota: parseQuota,
	last: parseLast,
	limit: parseLimit,
	flow: parseFlow,
	fwd: parseFwd,
	notrack: parseNotrack,
	dup: parseDup,
	snat: parseNat("snat"),
	dnat: parseNat("dnat"),
	masquerade: parseNat("masquerade"),
	redirect: parseNat("redirect"),
	reject: parseReject,
	set: parseSetStatement,
	map: parseMapStatement,
	log: parseLog,
	"ct helper": parseCtHelper,
	"ct timeout": parseCtTimeout,
	"ct expectation": parseCtExpectation,
	secmark: parseSecmark,
	meter: parseMeter,
	queue: parseQueue,
	"ct count": parseCtCount,
	tproxy: parseTproxy,
	synproxy: parseSynproxy,
	reset: parseReset,
};
