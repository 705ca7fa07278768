import { linkKey, type PlanContext, type Step } from "../engine/kind.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Link, readSetting } from "../kernel/read.js";
import { shownSetting } from "../kernel/secret.js";
import type { MadeBridge } from "./bridge.js";
import { type Forwarding, isSwitchedBy } from "./forwarding.js";
import { ipv6ForwardingKey, isForceForwarding } from "./ipv6-forwarding.js";
import { isOfNetworks } from "./link-setting.js";
import { type ChangedSetting, pathOf, settingsChangedOn } from "./migration/setting.js";
import { forwardingKey } from "./port.js";
import { isRouteLocalnet, routeLocalnetKey } from "./route-localnet.js";

/** An uplink that its bridge has replaced until now. */
interface Returning {
	/** Its present name. */
	readonly link: string;
	/** The name under which the bridge was made. */
	readonly bridge: string;
	/** The bridge, if it still exists. */
	readonly master: Link | undefined;
}

/** What others have set on the bridge in the meantime was meant for the uplink. */
function changedSettings({ link, bridge, master }: Returning, context: PlanContext) {
	if (master === undefined) return [];
	const from = master.IFLA_IFNAME ?? bridge;
	const { settings } = (context.made(linkKey(bridge)) as MadeBridge | undefined) ?? {};
	// If a bridge is known by its marks only, it is unknown which settings we have made on it.
	if (settings === undefined) return [];
	const ours = (context.made(forwardingKey(bridge)) as Forwarding | undefined) ?? {};
	const isIpv6Ours = context.made(ipv6ForwardingKey(bridge)) !== undefined;
	const isLocalnetOurs = context.made(routeLocalnetKey(bridge)) !== undefined;
	return settingsChangedOn(context.kernel, { link: from, instead: link }, settings).filter(
		({ setting }) =>
			!isSwitchedBy(ours, setting) &&
			!(isIpv6Ours && isForceForwarding(setting)) &&
			!(isLocalnetOurs && isRouteLocalnet(setting)) &&
			!isOfNetworks(context, bridge, setting),
	);
}

/** The steps that copy these settings to the uplink. Some of them prevent what needs IPv6: see `turnsIpv6Off`. */
export const settingsBack = (returning: Returning, context: PlanContext): Step[] =>
	changedSettings(returning, context).map(({ setting, before }: ChangedSetting): Step => {
		const { link, bridge, master } = returning;
		const [, what, value] = setting;
		const path = pathOf(setting, link);
		return {
			label: `set ${what} of ${link} to ${shownSetting(what, value)}, as ${master?.IFLA_IFNAME ?? bridge} has it`,
			phase: "option",
			do: { via: "sysctl", path, value },
			undo: [{ via: "sysctl", path, value: before, only: value }],
			bestEffort: true,
		};
	});

const IPV6_OFF = "disable_ipv6";

/** Whether a link has IPv6. One whose MTU is too small for it does not even have the setting. */
export const isIpv6On = (link: string, kernel: Kernel): boolean =>
	readSetting(kernel, `net/ipv6/conf/${link}/${IPV6_OFF}`) === "0";

/** Whether the uplink will have IPv6 because somebody has switched it on on the bridge. */
export const isIpv6TurnedOn = (returning: Returning, context: PlanContext): boolean =>
	returning.master !== undefined &&
	isIpv6On(returning.master.IFLA_IFNAME ?? returning.bridge, context.kernel) &&
	changedSettings(returning, context).some(({ setting: [, what] }) => what === IPV6_OFF);

/** Whether a step switches IPv6 off. What has an IPv6 gateway can only be added before that, and then stays. */
export const turnsIpv6Off = ({ do: action }: Step): boolean =>
	action.via === "sysctl" && action.path.endsWith(`/${IPV6_OFF}`) && action.value !== "0";
