import type { Resource } from "../engine/kind.js";
import type { Network, Tap } from "../spec/model.js";
import { parseRate } from "../spec/rate.js";
import type { Connections } from "./connections.js";
import type { Download } from "./download.js";
import { type Ifb, ifbName } from "./ifb.js";
import { DEFAULT_MTU } from "./link.js";
import { TABLE } from "./mark.js";
import type { Upload } from "./upload.js";

/** All that limits the guest of a tap. `usual`: the MTU of the tap, where it says none. */
export function limitsOf(
	tap: Tap,
	{ bridge }: Pick<Network, "bridge">,
	usual = DEFAULT_MTU,
): Resource[] {
	const { name: link, network, limits = {}, guest, mtu = usual } = tap;
	const { download, upload, connections } = limits;
	const path = `taps.${link}.limits`;
	const resources: Resource[] = [];
	if (connections !== undefined) {
		const by = bridge === undefined ? { segment: link } : { segment: bridge, mac: guest.mac };
		const want: Connections = { ...by, most: connections, tap: link };
		resources.push({ kind: "table", want: { name: TABLE }, path });
		resources.push({ kind: "connections", want, path: `${path}.connections` });
	}
	if (download !== undefined) {
		const want: Download = { link, rate: parseRate(download), mtu };
		resources.push({ kind: "download", want, path: `${path}.download` });
	}
	if (upload !== undefined) {
		const name = ifbName(link);
		const ifb: Ifb = { name, network, rate: parseRate(upload), mtu };
		const way: Upload = { link, through: name };
		resources.push({ kind: "ifb", want: ifb, path: `${path}.upload` });
		resources.push({ kind: "upload", want: way, path: `${path}.upload` });
	}
	return resources;
}
