/** How a kind reacts to what somebody else did between our up and our down. */
import { expect, test } from "vitest";
import { ConflictError } from "../../src/engine/error.js";
import type { Kind, PlanContext, Step } from "../../src/engine/kind.js";
import { address } from "../../src/kinds/address.js";
import { bridge } from "../../src/kinds/bridge.js";
import { forwarding } from "../../src/kinds/forwarding.js";
import { option } from "../../src/kinds/option.js";
import { type MadeUplink, uplink } from "../../src/kinds/uplink.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { RTM_DELADDR } from "../../src/uapi/if_addr.js";
import { RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../src/uapi/netlink.js";
import { AF_INET } from "../../src/uapi/socket.js";
import { addressOn, arrange, bare, lan } from "../engine/hosts.js";
import { enslave, link, remove, set, write } from "./neighbour.js";
import { labels, messagesOf, remembered, Stage } from "./stage.js";

const plain = { name: "br0", network: "lab", mtu: undefined, uplink: undefined };
const over = { ...plain, uplink: "eth1" };
const FORWARD = "net/ipv4/ip_forward";

/** Create it, let others act, and remove it. */
function removal<Want, Made extends Want>(
	kind: Kind<Want, Made>,
	want: Want,
	hands: (kernel: FakeKernel) => void,
	host = lan,
	other: Partial<PlanContext> = {},
): { readonly stage: Stage; readonly steps: readonly Step[]; readonly made: Made } {
	const stage = new Stage(host);
	const made = kind.resolve(want, stage.context());
	stage.do(kind.create(made));
	hands(stage.kernel);
	const it = remembered(made);
	return { stage, made: it, steps: kind.remove(it, { ...stage.context(), ...other }) };
}

test("a port that is not ours keeps its bridge, and is named", () => {
	const take = () => removal(bridge, plain, enslave("eth1", "br0"));
	expect(take).toThrow(ConflictError);
	expect(take).toThrow("bridge br0: found eth1 on it, a port that is not ours");
});

test("a bridge of somebody else's is used as it is", () => {
	const stage = new Stage(lan);
	const made = bridge.resolve({ ...plain, name: "virbr0" }, stage.context());
	expect(made).toMatchObject({ index: link(stage.kernel, "virbr0").index, foreign: true });
	expect(bridge.create(made)).toEqual([]);
	expect(bridge.remove(made, stage.context())).toEqual([]);
	expect(bridge.drift(made, stage.kernel)).toEqual([]);
	expect(bridge.change(made, made, stage.kernel)).toEqual([]);
	remove("virbr0")(stage.kernel);
	expect(messagesOf(bridge.drift(made, stage.kernel))).toEqual(["virbr0 is gone"]);
	expect(() => bridge.change(made, made, stage.kernel)).toThrow("bridge virbr0: found none");
});

test("a bridge of somebody else's gets neither an uplink nor an address", () => {
	const stage = new Stage(lan);
	const named = { ...over, name: "virbr0" };
	expect(() => bridge.resolve(named, stage.context())).toThrow("bridge virbr0: found one");
	const context = { ...stage.context(), made: () => ({ foreign: true }) };
	const want = { link: "virbr0", address: "10.5.0.1/24" };
	expect(() => address.resolve(want, context)).toThrow("bridge virbr0: found one");
});

test("a bridge has the settings of the uplink whose place it takes", () => {
	const stage = new Stage(lan);
	write("net/ipv4/conf/default/rp_filter", "1")(stage.kernel);
	write("net/ipv4/conf/eth1/rp_filter", "0")(stage.kernel);
	write("net/ipv6/conf/eth1/accept_ra", "2")(stage.kernel);
	const made = bridge.resolve(over, stage.context());
	stage.do(bridge.create(made));
	expect(stage.kernel.readSysctl("net/ipv4/conf/br0/rp_filter")).toBe("0");
	expect(stage.kernel.readSysctl("net/ipv6/conf/br0/accept_ra")).toBe("2");
	expect(labels(bridge.create(made))).toContain(
		"configure: set rp_filter of br0 to 0, as its uplink has it",
	);
});

test("what we switched on for a network of ours is no setting of the uplink", () => {
	const stage = new Stage(lan);
	const on = forwarding.resolve(
		{ link: "eth1", forwarding: 1, proxyArp: undefined },
		stage.context(),
	);
	stage.do(forwarding.create(on));
	const context = { ...stage.context(), made: () => on };
	expect(bridge.resolve(over, context).settings).toEqual([]);
	expect(bridge.resolve(over, stage.context()).settings).toEqual([
		["ipv4/conf", "forwarding", "1"],
	]);
});

const eth1 = { link: "eth1", forwarding: 1, proxyArp: undefined };

test("forwarding that others switched on for all interfaces stays on", () => {
	const { steps } = removal(forwarding, eth1, write(FORWARD, "1"));
	expect(steps).toEqual([]);
	const proxied = removal(forwarding, { ...eth1, proxyArp: 1 }, write(FORWARD, "1"));
	expect(labels(proxied.steps)).toEqual(["configure: restore proxy_arp of eth1"]);
});

test("forwarding that we switched on for all ourselves is set back", () => {
	const made = () => ({ path: FORWARD, value: "1", before: "0", along: [] });
	const { steps } = removal(forwarding, eth1, write(FORWARD, "1"), lan, { made });
	expect(labels(steps)).toEqual(["configure: restore forwarding of eth1"]);
});

test("an uplink that was made anew is found by its name, and the one that was renamed forwards no more", () => {
	const stage = new Stage(lan);
	const made = forwarding.resolve(eth1, stage.context());
	set("eth1", { IFLA_IFNAME: "old" })(stage.kernel);
	const { index } = stage.kernel.addNic("eth1");
	const next = forwarding.reconcile?.(made, eth1, stage.context()) ?? made;
	expect(next.index).toBe(index);
	expect(labels(forwarding.change(made, next, stage.kernel))).toEqual([
		"configure: switch on forwarding of eth1",
		"configure: restore forwarding of old",
	]);
});

test("one link has one role: to route by, or to be a port", () => {
	const stage = new Stage(lan);
	const isWanted = () => true;
	const context = { ...stage.context(), isWanted, others: () => ["tap0"] };
	const port = { link: "eth1", bridge: "virbr0" };
	expect(() => uplink.resolve(port, context)).toThrow(
		"uplink eth1: found that by which tap0 is routed, wanted a port of virbr0",
	);
	expect(() => forwarding.resolve(eth1, { ...context, made: () => port })).toThrow(
		"uplink eth1: found a port of virbr0, for tap0, wanted one to route packets by",
	);
});

test("an option that others have set since stays, and all that went along with it", () => {
	const want = { path: FORWARD, value: "1" };
	const { steps } = removal(option, want, write(FORWARD, "0"));
	expect(steps).toEqual([]);
});

test("an address can be replaced by another of its subnet", () => {
	const stage = new Stage(bare);
	stage.do(bridge.create(bridge.resolve(plain, stage.context())));
	const first = address.resolve({ link: "br0", address: "10.5.0.1/24" }, stage.context());
	stage.do(address.create(first));
	const second = address.resolve({ link: "br0", address: "10.5.0.254/24" }, stage.context());
	stage.do([...address.create(second), ...address.remove(first, stage.context())]);
	expect(address.drift(second, stage.kernel)).toEqual([]);
	expect(address.drift(first, stage.kernel)).not.toEqual([]);
});

/** An uplink that is a port of its bridge. */
function bridged(): { readonly stage: Stage; readonly made: MadeUplink } {
	const stage = new Stage(lan);
	stage.do(bridge.create(bridge.resolve(plain, stage.context())));
	const made = uplink.resolve({ link: "eth1", bridge: "br0" }, stage.context());
	stage.do(uplink.create(made));
	return { stage, made: remembered(made) };
}
const takeAddress: (kernel: FakeKernel) => void = (kernel) =>
	arrange(
		kernel,
		request(RTM_DELADDR, 0, {
			ifa_family: AF_INET,
			ifa_prefixlen: 24,
			ifa_index: link(kernel, "br0").index,
			IFA_LOCAL: Uint8Array.of(10, 33, 33, 33),
		}),
	);
const make = (kernel: FakeKernel, name: string, ifi_index: number): void =>
	arrange(
		kernel,
		request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, {
			ifi_index,
			IFLA_IFNAME: name,
			IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge" },
		}),
	);
/** A second up: the new `made`, and the steps to it. */
function again(stage: Stage, made: MadeUplink) {
	const want = { link: made.link, bridge: made.bridge };
	const next = uplink.reconcile?.(made, want, stage.context()) ?? made;
	return { next: remembered(next), steps: uplink.change(made, next, stage.kernel) };
}

test("a link that has the number of an uplink that is gone gets nothing of it", () => {
	const { stage, made } = bridged();
	enslave("eth1")(stage.kernel);
	const strange = { IFLA_IFNAME: "strange", IFLA_ADDRESS: Uint8Array.of(2, 0, 0, 0, 0, 9) };
	set("eth1", strange)(stage.kernel);
	expect(uplink.remove(made, stage.context())).toEqual([]);
	expect(uplink.losses?.(made, stage.context())).toContainEqual({
		subject: "address 10.33.33.33/24",
		reason: "eth1 is gone",
	});
	expect(messagesOf(uplink.drift(made, stage.kernel))).toEqual(["eth1 is gone"]);
});

test("an uplink gets back what its bridge has, whatever it is called by then", () => {
	const { stage, made } = bridged();
	set("eth1", { IFLA_IFNAME: "wan" })(stage.kernel);
	expect(labels(uplink.remove(made, stage.context()))).toContain(
		"address: put address 10.33.33.33/24 on wan",
	);
});

test("what others have taken off a bridge stays away, also when the bridge is made anew", () => {
	const { stage, made } = bridged();
	takeAddress(stage.kernel);
	const { next, steps } = again(stage, made);
	expect(steps).toEqual([]);
	expect(uplink.drift(next, stage.kernel)).toEqual([]);
	expect(labels(again(stage, next).steps)).toEqual([]);
	remove("br0")(stage.kernel);
	const anew = labels(again(stage, next).steps);
	expect(anew).not.toContain("address: put address 10.33.33.33/24 on br0");
	expect(again(stage, next).next).toEqual(next);
});

test("what is news of a bridge is written down once, and time is no news", () => {
	const { stage, made } = bridged();
	expect(again(stage, made).next).toEqual(made);
	arrange(stage.kernel, addressOn(link(stage.kernel, "br0").index, "192.0.2.5/24"));
	const { next } = again(stage, made);
	expect(next.addresses).toHaveLength((made.addresses ?? []).length + 1);
	expect(again(stage, next).next).toEqual(next);
});

test("what the kernel took when a bridge was deleted comes back with it", () => {
	const { stage, made } = bridged();
	remove("br0")(stage.kernel);
	expect(labels(again(stage, made).steps)).toEqual([
		"address: add eth1 to bridge br0",
		"address: put address 10.33.33.33/24 on br0",
		"address: put default route on br0",
	]);
	expect(labels(uplink.remove(made, stage.context()))).toEqual([
		"address: put address 10.33.33.33/24 on eth1",
		"address: put default route on eth1",
	]);
});

test("what the kernel took when a bridge was set down is told, and put back", () => {
	const { stage, made } = bridged();
	set("br0", { ifi_change: 1 })(stage.kernel);
	expect(messagesOf(uplink.drift(made, stage.kernel))).toEqual([
		"default route of eth1 is missing on br0",
	]);
	expect(labels(again(stage, made).steps)).toEqual(["address: put default route on br0"]);
	expect(labels(uplink.remove(made, stage.context()))).toContain(
		"address: put default route on eth1",
	);
});

test("another link that has the number of our bridge is not looked at", () => {
	const { stage, made } = bridged();
	remove("br0")(stage.kernel);
	make(stage.kernel, "strange", made.master);
	arrange(stage.kernel, addressOn(made.master, "192.0.2.5/24"));
	expect(labels(uplink.remove(made, stage.context()))).toEqual([
		"address: put address 10.33.33.33/24 on eth1",
		"address: put default route on eth1",
	]);
});

test("what others set on a bridge they have set for its uplink", () => {
	const { stage, made } = bridged();
	write("net/ipv4/conf/br0/rp_filter", "2")(stage.kernel);
	write("net/ipv4/conf/br0/proxy_arp", "1")(stage.kernel);
	write("net/ipv4/conf/eth1/accept_redirects", "0")(stage.kernel);
	const set = (steps: readonly Step[]) =>
		labels(steps).filter((label) => label.startsWith("option: "));
	const bridgeOf: Readonly<Record<string, object>> = { "link:br0": { name: "br0", settings: [] } };
	const known = { ...stage.context(), made: (key: string) => bridgeOf[key] };
	expect(set(uplink.remove(made, known))).toEqual([
		"option: set proxy_arp of eth1 to 1, as br0 has it",
		"option: set rp_filter of eth1 to 2, as br0 has it",
	]);
	// If an object is known by its marks only, it is unknown who changed its settings.
	expect(set(uplink.remove(made, stage.context()))).toEqual([]);
	const ours: Readonly<Record<string, object>> = {
		...bridgeOf,
		"forwarding:br0": { link: "br0", forwarding: undefined, proxyArp: 1 },
		"ipv6-forwarding:br0": { link: "br0" },
	};
	write("net/ipv6/conf/br0/force_forwarding", "1")(stage.kernel);
	const context = { ...stage.context(), made: (key: string) => ours[key] };
	expect(set(uplink.remove(made, context))).toEqual([
		"option: set rp_filter of eth1 to 2, as br0 has it",
	]);
});

test("forwarding is set back on the uplink it was switched on for, whatever that is called by then", () => {
	const renamed = (name: string) => set("eth1", { IFLA_IFNAME: name });
	const { steps } = removal(forwarding, eth1, renamed("wan"));
	expect(labels(steps)).toEqual(["configure: restore forwarding of wan"]);
	const other = removal(forwarding, eth1, (kernel) => {
		set("eth1", { IFLA_ADDRESS: Uint8Array.of(2, 0, 0, 0, 0, 9) })(kernel);
		renamed("wan")(kernel);
	});
	expect(other.steps).toEqual([]);
});

test("a tap of ours is ours by its number and its name, whatever its alias says", () => {
	const stage = new Stage(lan);
	const made = bridge.resolve(plain, stage.context());
	stage.do(bridge.create(made));
	enslave("eth1", "br0")(stage.kernel);
	const tap = { index: link(stage.kernel, "eth1").index };
	const context = {
		...stage.context(),
		made: (key: string) => (key === "link:eth1" ? tap : undefined),
	};
	expect(labels(bridge.remove(made, context))).toEqual(["link: delete bridge br0"]);
});

test("a MAC that a bridge has already is not set again, for the kernel would forget its neighbours", () => {
	const stage = new Stage(lan);
	const made = bridge.resolve(plain, stage.context());
	stage.do(bridge.create(made));
	set("br0", { IFLA_IFALIAS: "mine" })(stage.kernel);
	const [step] = bridge.change(made, made, stage.kernel);
	expect(step?.do).toMatchObject({ request: { value: { IFLA_IFALIAS: "umlnet-nl lab" } } });
	expect(step?.do).not.toHaveProperty("request.value.IFLA_ADDRESS");
});

test("a route whose gateway nothing leads to any more goes back by a way that is there for a moment", () => {
	const { stage, made } = bridged();
	arrange(stage.kernel, addressOn(link(stage.kernel, "br0").index, "192.0.2.5/24"));
	takeAddress(stage.kernel);
	const gateway = "10.33.33.1";
	const steps = uplink.remove(made, stage.context());
	expect(labels(steps).slice(0, 4)).toEqual([
		"address: put address 192.0.2.5/24 on eth1",
		`address: reach ${gateway} on eth1 for a moment`,
		"address: put default route on eth1",
		`address: reach ${gateway} on eth1 for a moment`,
	]);
	const meddled = stage.picture();
	stage.do(steps);
	stage.undo(steps);
	expect(stage.picture()).toBe(meddled);
});
