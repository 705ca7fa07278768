/**
 * `umlnet-nl/testing`: for tests of programs that use umlnet-nl.
 *
 * ```ts
 * using host = new ModelHost(["eth1"]);            // no root, no kernel: Networks on a model of one
 * await host.up(spec);
 * host.kernel.failAt(1, new Error("lost"), "once", "before");
 *
 * using namespace = new TemporaryNamespace();      // root, and the real kernel, where nothing of the host is changed
 * await using real = await open({ netns: namespace.path, stateDir });
 * ```
 */
export type { Encounter, Fault, Operation } from "./fake/faults.js";
export { FakeKernel } from "./fake/kernel.js";
export type { Link, Namespace } from "./fake/namespace.js";
export { ModelHost } from "./model.js";
export { TemporaryNamespace } from "./namespace.js";
