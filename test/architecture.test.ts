import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
	BELOW,
	importsOf,
	layerOf,
	NFTABLES_BELOW,
	nftablesLayerOf,
	RULES,
	type Sources,
	violations,
} from "./architecture.js";

const SRC = new URL("../src/", import.meta.url).pathname;

const sources: Sources = new Map(
	readdirSync(SRC, { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".ts"))
		.map((path) => [path, readFileSync(SRC + path, "utf8")]),
);

describe("the sources", () => {
	it.each(RULES.map((rule) => [rule.name, rule] as const))("keep the rule: %s", (_, rule) => {
		const broken = [...rule.breaks(sources)];
		expect(broken, `${rule.why}\n${broken.join("\n")}`).toEqual([]);
	});

	it("import only packages that package.json names", () => {
		const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
		const named = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
		const used = [...sources].flatMap(([path, text]) => importsOf(path, text));
		// What the build puts into the file that imports it (rolldown.config.js).
		const isBuiltIn = (from: string, to: string) =>
			from === "daemon/transport.ts" && to === "@grpc/grpc-js";
		const strange = used.filter(
			({ from, to, local }) =>
				!local &&
				!isBuiltIn(from, to) &&
				!to.startsWith("node:") &&
				!named.some((name) => `${to}/`.startsWith(`${name}/`)),
		);
		expect(strange).toEqual([]);
	});

	it.each([BELOW, NFTABLES_BELOW])(
		"have layers that only name what stands above them in table %#",
		(table) => {
			const order = Object.keys(table);
			for (const [layer, below] of Object.entries(table))
				for (const one of below) expect(order.indexOf(one), one).toBeLessThan(order.indexOf(layer));
		},
	);

	it("are all in a layer that the rules know", () => {
		const paths = [...sources.keys()];
		const strange = paths.filter(
			(path) => !(layerOf(path) in BELOW) || !((nftablesLayerOf(path) ?? "fact") in NFTABLES_BELOW),
		);
		expect(strange).toEqual([]);
	});
});

/** For each rule a set of sources that breaks it and no other rule. */
const BAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	"arrows point down": {
		"sys/clock.ts": 'import type { Plan } from "../engine/plan.js";',
		"engine/plan.ts": 'import { tap } from "../kinds/tap.js";',
		"kinds/tap.ts": "export const tap = 1;",
	},
	"arrows point down in nftables": {
		"nftables/tree/node.ts": 'import type { Listed } from "../listing/rule.js";',
		"nftables/compile/compile.ts": 'export { listStatements } from "../listing/rule.js";',
		"nftables/listing/rule.ts":
			'import { parseCounter } from "../statement/counter.js";\nimport "../../netlink/bytes.js";',
	},
	"engine and kinds see no socket": {
		"engine/apply.ts":
			'import {\n\tNetlinkSocket,\n\ttype Request,\n} from "../netlink/socket.js";\nimport { LinuxKernel } from "../kernel/linux.js";',
		"kinds/tap.ts": 'import { type Request } from "../netlink/socket.js";',
		"kernel/linux.ts": 'import { NetlinkSocket } from "../netlink/socket.js";',
		"netlink/index.ts": 'export { NetlinkSocket } from "./socket.js";',
		"netlink/socket.ts": "export class NetlinkSocket {}",
		"kinds/link.ts": 'import { NetlinkSocket } from "../netlink/index.js";',
		"engine/journal/lock.ts":
			'import { tryLock } from "../../sys/file.js";\nimport "../../sys/netns.js";',
	},
	"only index.ts lies loose": {
		"index.ts": "",
		"worker.ts": "",
		"nftables/index.ts": "",
		"nftables/node.ts": "",
	},
	"uapi knows the schema language alone": {
		"uapi/if.ts": 'export { frames } from "../netlink/frame.js";',
		"netlink/frame.ts": "export const frames = 1;",
	},
	"packets are bytes": {
		"packet/arp.ts":
			'import { struct } from "../netlink/schema.js";\nimport "../netlink/socket.js";',
		"netlink/schema.ts": "export const struct = 1;",
		"netlink/socket.ts": "export class NetlinkSocket {}",
	},
	"uapi exports tables only": {
		"uapi/if.ts": "export const IFF_UP = 1;\nexport const isUp = (flags: number) => flags & 1;",
		"uapi/if_tun.ts": "export function ioctlNumber() {}",
	},
	"no cycles": {
		"engine/plan.ts": 'import { apply } from "./apply.js";',
		"engine/apply.ts": 'export { undo } from "./undo.js";',
		"engine/undo.ts": 'const plan = await import("./plan.js");',
		"nftables/tree/node.ts": 'import type { Statement } from "./statement.js";',
		"nftables/tree/statement.ts": 'import { type Node } from "./node.js";',
	},
	"files are nouns": { "engine/utils.ts": "", "cli/helper.ts": "" },
	"no other program is started": {
		"host/host.ts": 'import { spawn } from "node:child_process";',
		"cli/watchdog.ts": 'import { spawn } from "node:child_process";',
	},
	"bytes are laid in one place": {
		"engine/journal/journal.ts": [
			"new DataView(bytes.buffer).setUint32(0, 1);",
			"bytes.readUInt32LE(0);",
			"bytes.writeUInt8(1, 0);",
			"bytes.readBigInt64BE(0);",
			"new Uint16Array(bytes.buffer)[0] = 2;",
			"const word = (bytes[0] << 8) | bytes[1];",
			"const first = word >>> 24;",
			"const second = (word >> 16) & 0xff;",
			"const last = number & 255n;",
			"const high = Math.floor(word / 256);",
		].join("\n"),
		"proto/wire.ts": "export const VARINT = 0;",
	},
	"a fact stands once": {
		"uapi/if.ts": "export const IFF_UP = 0x1;",
		"netlink/nlmsg.ts": "export const SOL_NETLINK = 270;\nconst RECEIVE_BYTES = 1;",
		"netlink/socket.ts": "const RECEIVE_BYTES = 2;",
		"packet/arp.ts": "export const SOL_NETLINK = 270;",
		"kernel/tun.ts": "const IFF_UP = 1; // linux/if.h",
		"sys/socket.ts": "const AF_NETLINK = 16;\nnew DataView(bytes);",
		"uapi/socket.ts": "export const AF_NETLINK = 16;",
	},
};
const BREACHES: Readonly<Record<string, number>> = {
	"arrows point down": 2,
	"arrows point down in nftables": 2,
	"only index.ts lies loose": 2,
	"no cycles": 2,
	"engine and kinds see no socket": 4,
	"uapi exports tables only": 2,
	"files are nouns": 2,
	"bytes are laid in one place": 11,
	"a fact stands once": 2,
};

describe("the rules", () => {
	it.each(RULES.map(({ name }) => name))("find a breach of: %s", (name) => {
		const found = violations(new Map(Object.entries(BAD[name] ?? {})));
		expect(found).toHaveLength(BREACHES[name] ?? 1);
		for (const message of found) expect(message).toContain(`breaks "${name}"`);
	});

	it("say which file breaks which rule and why", () => {
		const bad = new Map([["uapi/if.ts", 'import { errno } from "../sys/libc.js";']]);
		expect(violations(bad)[0]).toBe(
			'uapi/if.ts imports sys/libc.ts\n  breaks "arrows point down": what is below must be usable and ' +
				"testable without what is above it",
		);
	});

	it("tell type imports from those that cost something at run time", () => {
		const text = [
			'import type { A } from "./a.js";',
			'import { type B, type C } from "./b.js";',
			'import { type D, e } from "./d.js";',
			'export * from "./f.js";',
			'import "./g.js";',
			'// import { h } from "./h.js";',
		].join("\n");
		expect(importsOf("x.ts", text).map(({ to, typeOnly }) => [to, typeOnly])).toEqual([
			["a.ts", true],
			["b.ts", true],
			["d.ts", false],
			["f.ts", false],
			["g.ts", false],
		]);
	});
});
