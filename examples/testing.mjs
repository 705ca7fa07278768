// How a program that uses umlnet-nl is tested: on a model of a kernel, without root and without a host; and on the real
// kernel, in a network namespace that is thrown away.
import { strictEqual } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "umlnet-nl";
import { ModelHost, TemporaryNamespace } from "umlnet-nl/testing";

/** What is tested: it takes whatever has the interface `Networks`. */
async function startGuest(networks, name) {
	const { taps } = await networks.up({
		version: 1,
		networks: { lab: { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] } },
		taps: { [name]: { network: "lab", owner: 500 } },
	});
	return taps[0].launch.uml;
}

const model = new ModelHost(["eth1"]);
console.log(await startGuest(model, "tap0"));
// The answer to the third request to the kernel is lost, so everything is rolled back.
model.kernel.failAt(3, new Error("no answer"), "once", "after");
await startGuest(model, "tap1").catch(() => {});
const { taps } = await model.status();
console.log(taps.map(({ name, drift }) => `${name}: ${drift.length} differences`).join());
model.close();

const namespace = new TemporaryNamespace();
namespace.addLink("eth1");
const directory = await mkdtemp(join(tmpdir(), "umlnet-nl-"));
const host = await open({ netns: namespace.path, stateDir: join(directory, "state") });
await startGuest(host, "tap0");
const { exact } = await host.status(undefined, { verify: true });
strictEqual(exact, true);
await host.down({ all: true });
await host.close();
namespace.close();
await rm(directory, { recursive: true });
console.log("both as asked");

// It prints:
// eth0=tuntap,tap0
// tap0: 0 differences
// both as asked
