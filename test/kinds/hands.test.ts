/** What a kind does about what somebody else did between our up and our down. */
import { expect, test } from "vitest";
import { ConflictError } from "../../src/engine/error.js";
import type { Kind, PlanContext, Step } from "../../src/engine/kind.js";
import { address } from "../../src/kinds/address.js";
import { bridge } from "../../src/kinds/bridge.js";
import { forwarding } from "../../src/kinds/forwarding.js";
import { option } from "../../src/kinds/option.js";
import { uplink } from "../../src/kinds/uplink.js";
import { bare, lan } from "../engine/hosts.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { enslave, link, remove, set, write } from "./neighbour.js";
import { labels, messagesOf, remembered, Stage } from "./stage.js";

const plain = { name: "br0", network: "lab", mtu: undefined, uplink: undefined };
const over = { ...plain, uplink: "eth1" };
const FORWARD = "net/ipv4/ip_forward";

/** Make it, let others act, and take it away. */
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
	expect(labels(proxied.steps)).toEqual(["configure: set back proxy_arp of eth1"]);
});

test("forwarding that we switched on for all ourselves is set back", () => {
	const made = () => ({ path: FORWARD, value: "1", before: "0", along: [] });
	const { steps } = removal(forwarding, eth1, write(FORWARD, "1"), lan, { made });
	expect(labels(steps)).toEqual(["configure: set back forwarding of eth1"]);
});

test("an uplink that was made anew is found by its name", () => {
	const stage = new Stage(lan);
	const made = forwarding.resolve(eth1, stage.context());
	set("eth1", { IFLA_IFNAME: "old" })(stage.kernel);
	const { index } = stage.kernel.addNic("eth1");
	const next = forwarding.reconcile?.(made, eth1, stage.context()) ?? made;
	expect(next.index).toBe(index);
	expect(labels(forwarding.change(made, next, stage.kernel))).toEqual([
		"configure: switch on forwarding of eth1",
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
