import { type Check, stops, warns } from "../check.js";

/** Whether the tap, and the uplink of its network, are ports of the right bridge. */
export const master: Check = {
	check: "bridge",
	of: "tap",
	run({ facts, tap, name = "" }) {
		const ours = facts.ours(name);
		const wanted = ours?.bridge;
		if (tap === undefined || wanted === undefined) return [];
		const uplink = ours?.mode === "bridged" && ours.uplink !== undefined ? [ours.uplink] : [];
		return [name, ...uplink].flatMap((port) => {
			const link = facts.linkNamed(port);
			const found = link?.master === undefined ? undefined : facts.link(link.master)?.name;
			if (link === undefined || found === wanted) return [];
			return [
				stops({
					code: "FINDING_MASTER",
					message: `${port} is ${found === undefined ? "no port of a bridge" : `a port of ${found}`}, and should be one of ${wanted}`,
					evidence: [`link ${port}: master ${found ?? "none"}`],
					remedy: `ip link set ${port} master ${wanted}`,
				}),
			];
		});
	},
};

/** What is ours and differs from what was made. */
export const drift: Check = {
	check: "drift",
	of: "tap",
	run({ facts, name = "" }) {
		const ours = facts.ours(name);
		return (ours?.drift ?? []).map(({ message }) =>
			warns({
				code: "FINDING_DRIFT",
				message,
				evidence: [message],
				remedy: "umlnet-nl status --verify",
			}),
		);
	},
};

/** Whether packets that the guest may send fit the next interface. */
export const mtu: Check = {
	check: "MTU",
	of: "tap",
	run({ facts, tap }) {
		if (tap === undefined) return [];
		const { output, mtu: ofRoute } = facts.route({ destination: Uint8Array.of(9, 9, 9, 9) });
		const link = output === undefined ? undefined : facts.link(output);
		const least = Math.min(ofRoute ?? link?.mtu ?? tap.mtu, link?.mtu ?? tap.mtu);
		if (link === undefined || tap.mtu <= least || link.isLoopback) return [];
		return [
			warns({
				code: "FINDING_MTU",
				message: `the guest may send packets of ${tap.mtu} bytes, and the way out by ${link.name} takes ${least}: where ICMP is blocked, large packets are lost`,
				evidence: [`link ${tap.name}: mtu ${tap.mtu}`, `way by ${link.name}: mtu ${least}`],
				remedy: `ip link set ${tap.name} mtu ${least}`,
			}),
		];
	},
};
