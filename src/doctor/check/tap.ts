import { type Check, stops, warns } from "../check.js";

/** Whether the tap exists, is up, and is open. */
export const tap: Check = {
	check: "tap",
	of: "tap",
	run({ name = "", tap, facts }) {
		const ours = facts.ours(name);
		if (tap === undefined)
			return [
				stops({
					code: "FINDING_TAP_ABSENT",
					message: `there is no interface ${name}${ours === undefined ? "" : ", although it is one of ours"}`,
					remedy: ours === undefined ? undefined : "umlnet-nl status --verify",
				}),
			];
		if (!tap.isUp)
			return [
				stops({
					code: "FINDING_TAP_DOWN",
					message: `${name} is down`,
					evidence: [`link ${name}: not UP`],
					remedy: `ip link set ${name} up`,
				}),
			];
		if (tap.tun !== undefined && !tap.hasCarrier)
			return [
				stops({
					code: "FINDING_TAP_NOT_OPEN",
					message: `no virtual machine has ${name} open`,
					evidence: [`link ${name}: NO-CARRIER`],
				}),
			];
		return [];
	},
};

/** Whether the right user may open it. */
export const owner: Check = {
	check: "owner",
	of: "tap",
	run({ name = "", tap, facts }) {
		if (tap?.tun === undefined) return [];
		const { owner: uid, group: gid } = tap.tun;
		const ours = facts.ours(name);
		if (ours?.owner !== undefined && ours.owner !== uid)
			return [
				stops({
					code: "FINDING_TAP_OWNER",
					message: `${name} may be opened by ${uid ?? "anybody"}, and was made for ${ours.owner}`,
					evidence: [`tap ${name}: owner ${uid ?? "none"}`],
					remedy: "umlnet-nl status --verify",
				}),
			];
		if (uid !== undefined || gid !== undefined) return [];
		return [
			warns({
				code: "FINDING_TAP_OWNER",
				message: `${name} has no owner: everybody may open it`,
				evidence: [`tap ${name}: owner none, group none`],
			}),
		];
	},
};
