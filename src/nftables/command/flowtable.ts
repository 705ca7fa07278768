import { NF_NETDEV_INGRESS } from "../../uapi/netfilter.js";
import {
	NFT_MSG_DELFLOWTABLE,
	NFT_MSG_DESTROYFLOWTABLE,
	NFT_MSG_NEWFLOWTABLE,
} from "../../uapi/nf_tables.js";
import type { Cursor } from "../json/cursor.js";
import {
	batchMessage,
	type Compilation,
	createFlags,
	header,
	type Operation,
	parseHandle,
	parseName,
} from "./command.js";
import { parseDevices, parsePriority } from "./hook.js";

/** Compiles a command about a flowtable. @throws NftError */
export function compileFlowtable(at: Cursor, operation: Operation, compilation: Compilation): void {
	const json = at.fields(["family", "table"], ["name", "handle", "hook", "prio", "dev"]);
	const { family, table } = parseHandle(json);
	const name = json.name && parseName(json.name);
	const of = { ...header(family), NFTA_FLOWTABLE_TABLE: table };
	const devices = json.dev && { NFTA_DEVICE_NAME: parseDevices(json.dev) };
	if (operation === "delete" || operation === "destroy") {
		if (name === undefined && json.handle === undefined)
			throw at.fail("a name or a handle is needed");
		const by =
			name === undefined
				? { NFTA_FLOWTABLE_HANDLE: json.handle?.bigint() }
				: { NFTA_FLOWTABLE_NAME: name };
		const message = operation === "delete" ? NFT_MSG_DELFLOWTABLE : NFT_MSG_DESTROYFLOWTABLE;
		compilation.emit(batchMessage(at.path, message, 0, { ...of, ...by }));
		return;
	}
	if (operation !== "add" && operation !== "create") throw at.unsupported(`${operation} flowtable`);
	if (name === undefined) throw at.fail('"name" is missing');
	if (json.hook === undefined || json.prio === undefined)
		throw at.fail("a flowtable has hook and prio");
	const value = {
		...of,
		NFTA_FLOWTABLE_NAME: name,
		NFTA_FLOWTABLE_FLAGS: 0,
		NFTA_FLOWTABLE_HOOK: {
			NFTA_FLOWTABLE_HOOK_NUM: json.hook.oneOf({ ingress: NF_NETDEV_INGRESS }),
			NFTA_FLOWTABLE_HOOK_PRIORITY: parsePriority(json.prio, family),
			NFTA_FLOWTABLE_HOOK_DEVS: devices,
		},
	};
	const flags = createFlags(operation);
	compilation.emit(batchMessage(at.path, NFT_MSG_NEWFLOWTABLE, flags, value));
}
